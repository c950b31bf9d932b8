/// How a flow log store behaves.
public struct FlowLogConfiguration: Sendable, Hashable {
    /// Seconds after a window's end at which it closes although its agents fell silent. 0...3600.
    public var graceSeconds: Int
    /// Seconds a record is kept after its window's end; at least 60.
    public var retentionSeconds: Int
    /// Records kept at most; the oldest go first. At least 1,000.
    public var maximumRecords: Int
    /// Whether a window without traffic is written as a NODATA record, for ENIs whose agents send empty slices.
    public var reportsIdleWindows: Bool

    public init(
        graceSeconds: Int = 10, retentionSeconds: Int = 7 * 86400, maximumRecords: Int = 100_000_000,
        reportsIdleWindows: Bool = false
    ) {
        self.graceSeconds = min(max(graceSeconds, 0), 3600)
        self.retentionSeconds = max(retentionSeconds, 60)
        self.maximumRecords = max(maximumRecords, 1000)
        self.reportsIdleWindows = reportsIdleWindows
    }
}
