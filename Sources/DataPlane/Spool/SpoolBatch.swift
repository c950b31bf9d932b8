/// One batch on its way to the server.
public struct SpoolBatch: Sendable, Equatable {
    /// Counts batches of one spool, from 1 without gaps.
    public let sequence: UInt64
    /// The batch sums up those from here to `sequence`; the same number when it stands for itself alone.
    public let firstSequence: UInt64
    /// Unix milliseconds: with it goes all that was counted before. `nil` when more of the same drain follows.
    public let completeThrough: Int64?
    /// Slices as `FlowSliceCodec` writes them.
    public let bytes: [UInt8]
}
