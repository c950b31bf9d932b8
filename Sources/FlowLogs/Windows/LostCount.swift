import Packet

/// Packets and bytes that could not be attributed to flows.
struct LostCount: Equatable {
    var packets = StoredCount()
    var bytes = StoredCount()

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
