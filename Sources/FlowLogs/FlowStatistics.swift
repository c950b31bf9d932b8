/// What a flow log store has seen and what it holds.
public struct FlowStatistics: Sendable, Hashable {
    /// Batches taken in, each once.
    public var batches: UInt64 = 0
    /// Entries of slices in them.
    public var entries: UInt64 = 0
    /// Claims of slices by flow logs that do not exist (any more), and the packets and bytes under them; they are in
    /// no record.
    public var unclaimedSlices: UInt64 = 0
    public var unclaimedPackets: UInt64 = 0
    public var unclaimedBytes: UInt64 = 0
    /// Numbers of batches that have not come although later ones did.
    public var missingBatches: UInt64 = 0
    /// Times a known agent came with a new spool.
    public var replacedSpools: UInt64 = 0
    /// Packets that found no room in the running windows; they are in SKIPDATA records.
    public var crowdedPackets: UInt64 = 0
    /// Records deleted because of their age or number.
    public var expiredRecords: UInt64 = 0
    /// Windows still running, and the flows in them, now.
    public var openWindows: UInt64 = 0
    public var openFlows: UInt64 = 0
    /// Sealed files, now, with their bytes and records; records that are in the journal alone.
    public var files: UInt64 = 0
    public var fileBytes: UInt64 = 0
    public var fileRecords: UInt64 = 0
    public var unsealedRecords: UInt64 = 0
    /// Damages that were found so far; `weir flows verify` lists them.
    public var damages: UInt64 = 0
    /// Batches that came again and changed nothing, since the store was opened.
    public var repeatedBatches: UInt64 = 0

    public init() {}
}
