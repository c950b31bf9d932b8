/// Everything of a store that was readable at one instant. What it names stays readable as long as the view is kept.
public struct FlowView: Sendable {
    /// The closed records, in ascending order of their numbers, which begin at 1.
    public var segments: [any FlowSegment]
    /// Sums that were kept of some of the segments, in the order of their records.
    public var summaries: [any FlowSummary] = []
    /// Number of the newest record there ever was, also when it is gone; 0 when there was none.
    public var newest: Int64
    /// What has gathered so far in the windows that still run, as the records it would become; for queries that include it.
    public var running: [FlowBlock]
    /// Accounts whose records up to this number are deleted, though they may still be in the segments.
    public var deletedThrough: [String: Int64]
    /// How many segments a scan reads at once, at least 1.
    public var scanTasks = 1

    public init(
        segments: [any FlowSegment], newest: Int64, running: [FlowBlock] = [], deletedThrough: [String: Int64] = [:]
    ) {
        self.segments = segments
        self.newest = newest
        self.running = running
        self.deletedThrough = deletedThrough
    }
}
