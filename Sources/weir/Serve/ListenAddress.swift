import Glibc
import Model

/// `host:port` of a listener; IPv6 in brackets.
struct ListenAddress: Equatable {
    var host: String
    var port: Int

    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65535).contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty else { return nil }
        self.host = String(host)
        self.port = port
    }

    static func isLoopback(_ host: String) -> Bool {
        // By value: a name such as 127.example.org is none.
        host == "localhost" || host == "::1" || IPv4Address(host).map { $0.rawValue >> 24 == 127 } ?? false
    }
}

func geteuidIsRoot() -> Bool { geteuid() == 0 }
