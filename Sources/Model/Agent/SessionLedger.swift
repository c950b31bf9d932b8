/// The account of one mirror session on one host, since the session was installed in the kernel.
///
/// Whenever no copy is in flight: `matchedPackets == mirroredPackets + Σ dropped`. Until then the rest is
/// `inFlight`. All packets are wire packets: a GSO buffer counts as its segments.
public struct SessionLedger: Codable, Sendable, Equatable {
    public var sessionID: String
    public var networkInterfaceID: String
    /// Packets that a rule of this session accepted, and their original frame bytes.
    public var matchedPackets: UInt64 = 0
    public var matchedBytes: UInt64 = 0
    /// Copies that left the helper device with their VXLAN header.
    public var encapsulatedPackets: UInt64 = 0
    /// `encapsulatedPackets` minus the copies the kernel freed afterwards.
    public var mirroredPackets: UInt64 = 0
    /// Inner frames as sent, without the envelope.
    public var mirroredBytes: UInt64 = 0
    /// Copies cut by PacketLength, and copies cut further because the path's MTU is smaller.
    public var truncatedByLengthPackets: UInt64 = 0
    public var truncatedByMTUPackets: UInt64 = 0
    /// Packets by the rule that decided, accepting or refusing, in this session's turn: rule ID → packets. Of the
    /// rules that are installed; one that was removed and comes back starts at zero.
    public var ruleHits: [String: UInt64] = [:]
    /// Lost copies by reason: `no_neighbour`, `no_route`, `queue_full`, `mtu`, `target_down`, `budget`, or
    /// `other(NAME)` with the kernel's own name; `unnamed` where the kernel freed them and there was no room to keep
    /// the reason, `unaccounted` where they did not arrive at the next step and nothing was said.
    public var dropped: [String: UInt64] = [:]
    public var inFlightPackets: UInt64 = 0
    /// Packets not matched because they are themselves copies (or errors about copies).
    public var selfPackets: UInt64 = 0
    /// ICMP errors in answer to copies: the target's host refuses them.
    public var targetRefusedPackets: UInt64 = 0
    /// When the counts began: when the host installed the session. Unix milliseconds; `nil` when it does not know.
    public var countsSince: Int64?
    /// `nil` while the session is not installed, e.g. because its device is missing.
    public var path: SessionPath?

    public init(sessionID: String, networkInterfaceID: String) {
        self.sessionID = sessionID
        self.networkInterfaceID = networkInterfaceID
    }

    public var droppedPackets: UInt64 { dropped.values.reduce(0, &+) }
}

extension SessionLedger {
    /// Also reads what older agents send.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            sessionID: try values.decode(String.self, forKey: .sessionID),
            networkInterfaceID: try values.decode(String.self, forKey: .networkInterfaceID))
        matchedPackets = try values.decode(.matchedPackets, or: 0)
        matchedBytes = try values.decode(.matchedBytes, or: 0)
        encapsulatedPackets = try values.decode(.encapsulatedPackets, or: 0)
        mirroredPackets = try values.decode(.mirroredPackets, or: 0)
        mirroredBytes = try values.decode(.mirroredBytes, or: 0)
        truncatedByLengthPackets = try values.decode(.truncatedByLengthPackets, or: 0)
        truncatedByMTUPackets = try values.decode(.truncatedByMTUPackets, or: 0)
        ruleHits = try values.decode(.ruleHits, or: [:])
        dropped = try values.decode(.dropped, or: [:])
        inFlightPackets = try values.decode(.inFlightPackets, or: 0)
        selfPackets = try values.decode(.selfPackets, or: 0)
        targetRefusedPackets = try values.decode(.targetRefusedPackets, or: 0)
        countsSince = try values.decodeIfPresent(Int64.self, forKey: .countsSince)
        path = try values.decodeIfPresent(SessionPath.self, forKey: .path)
    }
}

/// How the copies of a session get to their target, as the session's host found it last.
public struct SessionPath: Codable, Sendable, Equatable {
    public enum State: String, Codable, Sendable {
        /// Copies leave.
        case ready
        case noRoute = "no_route"
        /// The target has no address, or the device towards it is down.
        case targetDown = "target_down"
        /// The way is too narrow for any copy.
        case mtu
    }

    public var state: State
    /// Namespace of both devices; `nil` is the agent's own.
    public var namespace: String?
    /// The device copies leave through, and whom they are handed to there; `nil` when there is no way.
    public var underlay: String?
    public var nextHop: IPv4Address?
    /// Bytes of the largest IP packet towards the target; 0 when there is no way.
    public var mtu: Int
    /// The device of the source ENI and its MTU; 0 when it is not known.
    public var sourceDevice: String
    public var sourceMTU: Int

    public init(
        state: State, namespace: String?, underlay: String?, nextHop: IPv4Address?, mtu: Int, sourceDevice: String,
        sourceMTU: Int
    ) {
        self.state = state
        self.namespace = namespace
        self.underlay = underlay
        self.nextHop = nextHop
        self.mtu = mtu
        self.sourceDevice = sourceDevice
        self.sourceMTU = sourceMTU
    }
}
