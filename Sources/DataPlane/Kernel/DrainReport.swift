import Packet

/// What one drain of the flow maps did.
public struct DrainReport: Sendable, Equatable {
    /// Generation of the map that was drained.
    public var mapGeneration: UInt64 = 0
    public var slices = 0
    public var entries = 0
    /// Wire packets and bytes of IP under the entries.
    public var packets: UInt64 = 0
    public var bytes: UInt64 = 0
    /// End of the slices, Unix milliseconds; 0 when none was open.
    public var endMilliseconds: Int64 = 0
    /// Packets that found no room in the map; they are in their slices too.
    public var skippedPackets: UInt64 = 0
    public var skippedBytes: UInt64 = 0
    /// Since the kernel side was set up, over all ENIs: drops that came after their map was drained,
    public var lateDrops: UInt64 = 0
    /// drops of packets whose five-tuple was not in the map,
    public var unattributedDrops: UInt64 = 0
    /// and IP packets whose header made no sense.
    public var unparsedPackets: UInt64 = 0

    /// Adds what an earlier drain did.
    mutating func add(_ earlier: DrainReport) {
        slices += earlier.slices
        entries += earlier.entries
        packets &+= earlier.packets
        bytes &+= earlier.bytes
        skippedPackets &+= earlier.skippedPackets
        skippedBytes &+= earlier.skippedBytes
    }

    mutating func add(_ slice: FlowSlice) {
        entries += slice.entries.count
        skippedPackets &+= slice.skippedPackets
        skippedBytes &+= slice.skippedBytes
        for entry in slice.entries {
            packets &+= entry.acceptedPackets &+ entry.rejectedPackets
            bytes &+= entry.acceptedBytes &+ entry.rejectedBytes
        }
    }
}
