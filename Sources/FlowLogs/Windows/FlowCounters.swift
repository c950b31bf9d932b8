import Packet

/// The durable part of the statistics. Counts stop at their largest number.
struct FlowCounters: Equatable {
    var batches: UInt64 = 0
    var entries: UInt64 = 0
    var missingBatches: UInt64 = 0
    /// Missing ones that came after all.
    var foundBatches: UInt64 = 0
    var replacedSpools: UInt64 = 0
    var unclaimedSlices: UInt64 = 0
    var unclaimedPackets: UInt64 = 0
    var unclaimedBytes: UInt64 = 0
    /// Packets that found no room in the running windows; they are in SKIPDATA records.
    var crowdedPackets: UInt64 = 0

    static let fields: [any WritableKeyPath<FlowCounters, UInt64> & Sendable] = [
        \.batches, \.entries, \.missingBatches, \.foundBatches, \.replacedSpools, \.unclaimedSlices,
        \.unclaimedPackets, \.unclaimedBytes, \.crowdedPackets,
    ]

    static func add(_ more: UInt64, to count: inout UInt64) { _ = StoredCount.add(more, to: &count) }

    mutating func addUnclaimed(_ slice: FlowSlice, claims: Int) {
        for _ in 0..<claims {
            Self.add(1, to: &unclaimedSlices)
            var sum = LostCount(slice)
            for entry in slice.entries { sum.add(entry) }
            Self.add(sum.packets.value, to: &unclaimedPackets)
            Self.add(sum.bytes.value, to: &unclaimedBytes)
        }
    }
}
