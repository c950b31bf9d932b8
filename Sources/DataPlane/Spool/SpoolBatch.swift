/// One batch on its way to the server.
public struct SpoolBatch: Sendable, Equatable {
    /// Counts batches of one spool, from 1 without gaps.
    public let sequence: UInt64
    /// Slices as `FlowSliceCodec` writes them.
    public let bytes: [UInt8]
}
