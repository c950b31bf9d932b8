/// What a flow log store has seen; all but the two last are durable and written with what they count.
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
    /// Records deleted because of their age or number.
    public var expiredRecords: UInt64 = 0
    /// Windows still running, now.
    public var openWindows: UInt64 = 0
    /// Batches that came again and changed nothing, since the store was opened.
    public var repeatedBatches: UInt64 = 0

    public init() {}
}
