public import Model

/// What crossed one ENI between two drains of the kernel's flow maps: the unit that is spooled, sent and summed.
public struct FlowSlice: Sendable, Equatable {
    public var networkInterfaceID: String
    /// The flow logs that were in force for the whole slice.
    public var flowLogIDs: [String]
    /// Bounds in milliseconds of CLOCK_REALTIME; a slice never crosses a multiple of `DesiredState.sliceSeconds`.
    public var startMilliseconds: Int64
    public var endMilliseconds: Int64
    /// Packets that crossed but found no room in the flow map; they become a SKIPDATA record.
    public var skippedPackets: UInt64
    public var skippedBytes: UInt64
    /// For a part of this time the ENI's device was missing or without its programs: what crossed then is in no slice,
    /// and nobody knows how much. It becomes a SKIPDATA record too.
    public var hasGap: Bool
    public var entries: [FlowEntry]

    public init(
        networkInterfaceID: String, flowLogIDs: [String], startMilliseconds: Int64, endMilliseconds: Int64,
        skippedPackets: UInt64 = 0, skippedBytes: UInt64 = 0, hasGap: Bool = false, entries: [FlowEntry]
    ) {
        self.networkInterfaceID = networkInterfaceID
        self.flowLogIDs = flowLogIDs
        self.startMilliseconds = startMilliseconds
        self.endMilliseconds = endMilliseconds
        self.skippedPackets = skippedPackets
        self.skippedBytes = skippedBytes
        self.hasGap = hasGap
        self.entries = entries
    }
}

/// Direction seen from the ENI.
public enum FlowDirection: UInt8, Sendable, Codable { case ingress = 0, egress = 1 }

/// One five-tuple in one direction: wire packets and Σ IP total length, split by verdict.
public struct FlowEntry: Sendable, Hashable {
    public var direction: FlowDirection
    public var source: IPAddress
    public var destination: IPAddress
    /// IANA protocol number.
    public var transport: UInt8
    /// 0 for protocols without ports and for later fragments.
    public var sourcePort: UInt16
    public var destinationPort: UInt16
    /// OR of the TCP flags seen.
    public var tcpFlags: UInt8
    public var acceptedPackets: UInt64
    public var acceptedBytes: UInt64
    public var rejectedPackets: UInt64
    public var rejectedBytes: UInt64
    /// Of the packets that the interface saw, counted from the start of the slice. Where it sees packets before the
    /// firewall, refused ones are among them.
    public var times = PacketTimes()
    /// Of the refused packets.
    public var rejectedTimes = PacketTimes()
    public var rejectReasons: RejectReasons = []

    public init(
        direction: FlowDirection, source: IPAddress, destination: IPAddress, transport: UInt8, sourcePort: UInt16,
        destinationPort: UInt16, tcpFlags: UInt8, acceptedPackets: UInt64, acceptedBytes: UInt64,
        rejectedPackets: UInt64, rejectedBytes: UInt64
    ) {
        self.direction = direction
        self.source = source
        self.destination = destination
        self.transport = transport
        self.sourcePort = sourcePort
        self.destinationPort = destinationPort
        self.tcpFlags = tcpFlags
        self.acceptedPackets = acceptedPackets
        self.acceptedBytes = acceptedBytes
        self.rejectedPackets = rejectedPackets
        self.rejectedBytes = rejectedBytes
    }
}
