public import Packet

/// One spooled batch of slices, as an agent sends it: again and again, until it is acknowledged.
///
/// An agent sends its batches in order. A batch it had to shorten carries the sums as skipped packets under its old
/// number; a number that never comes is a loss of unknown size.
public struct FlowBatch: Sendable, Equatable {
    /// The agent's host ID, 1...128 bytes.
    public var agentID: String
    public var spoolID: SpoolID
    /// Counts the batches of one spool from 1; at most 2^63 − 2.
    public var sequence: UInt64
    public var slices: [FlowSlice]

    public init(agentID: String, spoolID: SpoolID, sequence: UInt64, slices: [FlowSlice]) {
        self.agentID = agentID
        self.spoolID = spoolID
        self.sequence = sequence
        self.slices = slices
    }
}
