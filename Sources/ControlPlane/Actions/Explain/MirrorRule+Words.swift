import Model
import Packet

// Rules and what they do not match, in words.

extension MirrorRule {
    /// As in `udp 10.0.0.0/8:1/65535 > 0.0.0.0/0:53/53`; ports only where they are compared.
    var words: String {
        guard transport == .tcp || transport == .udp else { return "\(transport.rawValue) \(source) > \(destination)" }
        return "\(transport.rawValue) \(source):\(sourcePorts.words) > \(destination):\(destinationPorts.words)"
    }

    /// Why a packet does not match.
    func words(_ mismatch: RuleMismatch, _ tuple: FiveTuple) -> String {
        switch mismatch {
        case .family: "IPv6: rules mean IPv4 alone"
        case .transport:
            transport == .all
                ? "protocol \(IPProtocol.name(tuple.transport)): all is TCP, UDP and ICMP"
                : "protocol is \(IPProtocol.name(tuple.transport)), not \(transport.rawValue)"
        case .source: "source \(tuple.source) is not in \(source)"
        case .destination: "destination \(tuple.destination) is not in \(destination)"
        case .noPorts: "a later fragment carries no ports, and the rule does not mean all of them"
        case .sourcePort: "source port \(tuple.sourcePort) is not in \(sourcePorts.words)"
        case .destinationPort: "destination port \(tuple.destinationPort) is not in \(destinationPorts.words)"
        }
    }
}

extension PortRange {
    fileprivate var words: String { self == .any ? "-1/-1" : "\(first)/\(last)" }
}

extension MirrorExclusion {
    var words: String {
        switch self {
        case .ipv6: "IPv6 is not mirrored: the API knows IPv4 rules alone"
        case .dhcp: "DHCP is not mirrored in the scope cloud (mirror-scope = everything would)"
        case .linkLocal:
            "link-local services (169.254.0.0/16) are not mirrored in the scope cloud (mirror-scope = everything would)"
        case .copy:
            "UDP 4789 between the addresses of a session and its target is a copy itself, and never copied again"
        }
    }
}
