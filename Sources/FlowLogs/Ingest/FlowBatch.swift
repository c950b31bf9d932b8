public import Packet

/// One spooled batch of slices, as an agent sends it: again and again, until it is acknowledged.
///
/// An agent sends its batches in order. A batch it had to shorten carries the sums as skipped packets under its old
/// number, and one that sums up several stands for all their numbers; a number that never comes is a loss of unknown
/// size.
public struct FlowBatch: Sendable, Equatable {
    /// The agent's host ID, 1...128 bytes.
    public var agentID: String
    public var spoolID: SpoolID
    /// Counts the batches of one spool from 1; at most 2^63 − 2.
    public var sequence: UInt64
    /// The batch stands for the numbers from here to `sequence`; both are the same unless the agent summed batches
    /// up. 1...sequence. None of them was sent before in another batch.
    public var firstSequence: UInt64
    /// Unix milliseconds: with this batch has come all that the agent counted before. `nil` when more may follow that
    /// was counted together with it.
    public var completeThrough: Int64?
    public var slices: [FlowSlice]
    /// Where the ENIs are, by their IDs; an ENI that is not there has records without place.
    public var places: [String: FlowPlace]

    /// `firstSequence` is `sequence` when it is not given.
    public init(
        agentID: String, spoolID: SpoolID, sequence: UInt64, firstSequence: UInt64? = nil,
        completeThrough: Int64? = nil, slices: [FlowSlice], places: [String: FlowPlace] = [:]
    ) {
        self.agentID = agentID
        self.spoolID = spoolID
        self.sequence = sequence
        self.firstSequence = firstSequence ?? sequence
        self.completeThrough = completeThrough
        self.slices = slices
        self.places = places
    }
}
