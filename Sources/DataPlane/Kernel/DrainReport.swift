/// What one drain of the flow maps did.
public struct DrainReport: Sendable, Equatable {
    /// Generation of the map that was drained.
    public var mapGeneration: UInt64 = 0
    public var slices = 0
    public var entries = 0
    /// Packets that found no room in the map; they are in their slices too.
    public var skippedPackets: UInt64 = 0
    /// Since the kernel side was set up, over all ENIs: drops that came after their map was drained,
    public var lateDrops: UInt64 = 0
    /// drops of packets whose five-tuple was not in the map,
    public var unattributedDrops: UInt64 = 0
    /// and IP packets whose header made no sense.
    public var unparsedPackets: UInt64 = 0
}
