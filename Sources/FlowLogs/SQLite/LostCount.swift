import Packet

/// Packets and bytes that a slice could not attribute.
struct LostCount {
    private(set) var packets = StoredCount()
    private(set) var bytes = StoredCount()

    init() {}

    /// What the agent itself skipped.
    init(_ slice: FlowSlice) {
        packets = StoredCount(slice.skippedPackets)
        bytes = StoredCount(slice.skippedBytes)
    }

    mutating func add(_ entry: FlowEntry) {
        packets += entry.acceptedPackets
        packets += entry.rejectedPackets
        bytes += entry.acceptedBytes
        bytes += entry.rejectedBytes
    }

    var isEmpty: Bool { packets.value == 0 && bytes.value == 0 }
    var isSaturated: Bool { packets.isSaturated || bytes.isSaturated }
}
