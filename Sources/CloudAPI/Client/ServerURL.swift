import Model

/// Where a server is: `http://host:port` or `https://host:port`, without a path.
public struct ServerURL: Sendable, Hashable, CustomStringConvertible {
    public enum Scheme: String, Sendable { case http, https }

    public var scheme: Scheme
    /// A name or an address; IPv6 without brackets.
    public var host: String
    /// 1...65535; `nil` is the scheme's own.
    public var port: Int?

    public init(_ scheme: Scheme, host: String, port: Int?) {
        self.scheme = scheme
        self.host = host
        self.port = port
    }

    /// Reads the text of a URL, with or without slashes at its end; `nil` for anything else.
    public init?(_ text: String) {
        guard let mark = text.firstRange(of: "://"), let scheme = Scheme(rawValue: String(text[..<mark.lowerBound]))
        else { return nil }
        var authority = text[mark.upperBound...]
        while authority.hasSuffix("/") { authority.removeLast() }
        var port: Int?
        // A colon after the brackets of an IPv6 address, or the only one.
        if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
            guard let number = UInt16(authority[authority.index(after: colon)...]), number > 0 else { return nil }
            port = Int(number)
            authority = authority[..<colon]
        }
        let isBracketed = authority.hasPrefix("[") && authority.hasSuffix("]")
        let host = isBracketed ? authority.dropFirst().dropLast() : authority
        guard !host.isEmpty, isBracketed ? IPAddress(host)?.family == .ipv6 : host.utf8.allSatisfy(Self.isOfName)
        else { return nil }
        self.init(scheme, host: String(host), port: port)
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: false
        }
    }

    /// `host:port`, IPv6 in brackets.
    public var authority: String {
        (host.contains(":") ? "[\(host)]" : host) + (port.map { ":\($0)" } ?? "")
    }

    public var description: String { "\(scheme.rawValue)://\(authority)" }

    /// Whether what is sent there stays on this machine.
    public var isLoopback: Bool { Self.isLoopback(host) }

    /// By value: a name such as 127.example.org is none.
    public static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || IPv4Address(host).map { $0.rawValue >> 24 == 127 } ?? false
    }
}
