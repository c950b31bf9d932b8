/// `ExplainPacket`: what becomes of one packet at one ENI.
public struct PacketExplanation: Codable, Sendable {
    public var NetworkInterfaceId: String
    /// The host that holds the ENI; absent when none does.
    public var HostId: String?
    public var Direction: String
    /// As in `tcp 10.0.0.1.40000 > 10.0.0.2.443`.
    public var Packet: String
    /// Whether a session's rule accepts it. Whether the copy can leave is told by `Copy`.
    public var Mirrored: Bool
    /// One line for people.
    public var Verdict: String
    /// `ipv6`, `dhcp`, `linkLocal` or `copy`: why it is no candidate, whatever the rules say.
    public var Excluded: String?
    /// In the order they are asked.
    public var Sessions: [Session]
    public var Copy: Copy?
    public var Firewall: Firewall?
    public var Peer: Peer?
    public var Notes: [String]

    /// One session's turn.
    public struct Session: Codable, Sendable {
        public enum Outcome: String, Codable, Sendable {
            case accepted = "Accepted"
            case rejected = "Rejected"
            /// No rule matches.
            case noMatch = "NoMatch"
            /// An earlier session has taken the packet, or it is no candidate.
            case notAsked = "NotAsked"
            /// The host is not told of it: frozen, or being deleted.
            case notInForce = "NotInForce"
        }
        public var TrafficMirrorSessionId: String
        public var TrafficMirrorSessionName: String
        public var Priority: Int
        public var Outcome: Outcome
        public var Reason: String
        /// The rules of the direction that were compared, in order.
        public var Rules: [Rule]
    }

    /// One rule that was compared.
    public struct Rule: Codable, Sendable {
        public var TrafficMirrorFilterRuleId: String
        public var Priority: Int
        public var Policy: String
        /// As in `udp 10.0.0.0/8:1/65535 > 0.0.0.0/0:53/53`.
        public var Text: String
        public var Matches: Bool
        /// Why it does not match; empty when it does.
        public var Reason: String
    }

    /// The copy, as it would leave now.
    public struct Copy: Codable, Sendable {
        public var TrafficMirrorSessionId: String
        public var TrafficMirrorFilterRuleId: String
        public var TrafficMirrorTargetId: String
        public var Target: String
        public var OuterSource: String?
        public var OuterDestination: String?
        public var OuterSourcePort: Int
        public var OuterDestinationPort: Int
        public var VirtualNetworkId: Int
        /// Bytes of the original Ethernet frame, of its copy, and of the copy with its envelope.
        public var FrameBytes: Int
        public var CopiedBytes: Int
        public var WireBytes: Int
        /// `None`, `PacketLength` or `PathMTU`.
        public var Cut: String
        public var PacketLength: Int
        /// Absent while no host has told.
        public var PathMTU: Int?
        /// `ready`, `no_route`, `target_down`, `mtu`; absent while no host has told.
        public var PathState: String?
        public var Underlay: String?
        public var NextHop: String?
        public var Budgets: [String]
        /// Whether copies leave now, as far as is known, and if not why.
        public var Leaves: Bool
        public var Reason: String
    }

    /// Whether security groups and ACLs let the original pass.
    public struct Firewall: Codable, Sendable {
        public var Accepted: Bool
        /// Whether the ENI's host holds the ENI to them.
        public var Enforced: Bool
        /// In the packet's order; the one that refuses is the last.
        public var Steps: [String]
    }

    /// The ENI at the other end.
    public struct Peer: Codable, Sendable {
        public var NetworkInterfaceId: String
        public var InstanceId: String
        /// Its primary IPv4.
        public var Address: String
    }
}
