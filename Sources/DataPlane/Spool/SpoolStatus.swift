/// How full a spool is and what it had to give up, since it was opened.
public struct SpoolStatus: Sendable, Equatable {
    /// Batches not yet acknowledged, and the bytes of all files.
    public var waitingBatches = 0
    public var bytes = 0
    /// The oldest sequence still here and not acknowledged; `nextSequence` when there is none.
    public var firstSequence: UInt64 = 1
    /// Sequence of the next batch to be appended.
    public var nextSequence: UInt64 = 1
    /// Packets in batches given up whole, since the spool was made.
    public var lostPackets: UInt64 = 0
    /// Packets whose flows were given up for want of room; they go on to the server as skipped.
    public var skippedPackets: UInt64 = 0
    /// Batches given up whole: the server sees the gap in the sequence.
    public var lostBatches = 0
    /// Names of files set aside because they cannot be read.
    public var corruptFiles: [String] = []
    /// Why old files could not be deleted or reduced; `nil` when they can.
    public var problem: String?
}
