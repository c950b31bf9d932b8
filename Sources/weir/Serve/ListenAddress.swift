import CloudAPI
import Glibc
import Model

/// `host:port` of a listener; IPv6 in brackets.
struct ListenAddress: Equatable {
    var host: String
    /// 0 takes a free one.
    var port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

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

    /// Whether only this machine can connect.
    var isLoopback: Bool { ServerURL.isLoopback(host) }
    /// Every address of the machine.
    var isWildcard: Bool { host == "0.0.0.0" || IPAddress(host) == IPAddress(ipv6High: 0, low: 0) }
    var text: String { text(port: port) }
    /// With the port it got.
    func text(port: Int) -> String { ServerURL(.http, host: host, port: port).authority }
}

func geteuidIsRoot() -> Bool { geteuid() == 0 }
