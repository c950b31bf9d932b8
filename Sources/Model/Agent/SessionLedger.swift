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
    /// Packets by the rule that decided, accepting or refusing, in this session's turn: rule ID → packets.
    public var ruleHits: [String: UInt64] = [:]
    /// Lost copies by reason: `no_neighbour`, `no_route`, `queue_full`, `mtu`, `target_down`, `budget`, or
    /// `other(NAME)` with the kernel's own name.
    public var dropped: [String: UInt64] = [:]
    public var inFlightPackets: UInt64 = 0
    /// Packets not matched because they are themselves copies (or errors about copies).
    public var selfPackets: UInt64 = 0
    /// ICMP errors in answer to copies: the target's host refuses them.
    public var targetRefusedPackets: UInt64 = 0

    public init(sessionID: String, networkInterfaceID: String) {
        self.sessionID = sessionID
        self.networkInterfaceID = networkInterfaceID
    }

    public var droppedPackets: UInt64 { dropped.values.reduce(0, &+) }
}
