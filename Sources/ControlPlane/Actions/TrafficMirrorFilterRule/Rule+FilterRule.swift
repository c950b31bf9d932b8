import CloudAPI
import Model

extension Rule where Value == MirrorRule.Transport {
    /// `tcp`, `udp`, `icmp` or `all`. Letter case and spaces around it do not matter: the published example writes
    /// `TCP`, and one release of the official client only lets `" udp"` through.
    static var transport: Rule {
        parsed(or: .malformed("Protocol", "protocol")) { text in
            let words = text.split(whereSeparator: \.isWhitespace)
            guard words.count == 1, let word = words.first else { return nil }
            return MirrorRule.Transport(rawValue: word.lowercased())
        }
    }
}

extension Rule where Value == PortRange {
    /// `start/end` inside 1...65535, or `-1/-1`.
    static var portRange: Rule { parsed(or: .portRangeMalformed) { PortRange(apiText: $0) } }
}

extension PortRange {
    /// `start/end`, or `-1/-1` for any port.
    var apiText: String { self == .any ? "-1/-1" : "\(first)/\(last)" }
}

extension MirrorRule.Transport {
    var hasPorts: Bool { self == .tcp || self == .udp }

    /// The ports of a rule of this transport: those of the call, else those it had. TCP and UDP need real ones,
    /// the others have none.
    func ports(_ sent: PortRange?, had old: PortRange? = nil) throws(APIError) -> PortRange {
        guard hasPorts else {
            guard sent == nil || sent == .any else { throw .portRangeMalformed }
            return .any
        }
        guard let ports = sent ?? old, ports != .any else { throw .portRangeMalformed }
        return ports
    }
}
