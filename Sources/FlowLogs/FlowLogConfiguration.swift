import Glibc

/// How a flow log store behaves.
public struct FlowLogConfiguration: Sendable, Hashable {
    /// Seconds after a window's end at which it closes although its agents fell silent. 0...3600.
    public var graceSeconds: Int
    /// Seconds a record is kept at least after its window's end; at least 60. It goes with the last of its file.
    public var retentionSeconds: Int
    /// Records kept at most; the oldest files go first. At least 1,000. Records that are in no file yet do not go.
    public var maximumRecords: Int
    /// Bytes of record files kept at most; the oldest files go first.
    public var maximumBytes: Int64
    /// Whether a window without traffic is written as a NODATA record, for ENIs whose agents send empty slices.
    public var reportsIdleWindows: Bool
    /// Flows that all running windows hold at most; packets of further ones are SKIPDATA. 1,000...10,000,000,
    /// so that the records of one window fit a frame of the journal. A quarter as many windows run at most, and 1,000.
    public var maximumOpenFlows: Int
    /// Records after which they are sealed into a file, 1...16,777,216.
    public var sealRecords: Int
    /// Seconds after which records are sealed into a file though there are fewer; at least 1.
    public var sealSeconds: Int
    /// Row groups that one query reads at once, 1...64; by default as many as there are processors, at most 4.
    public var scanTasks: Int

    public init(
        graceSeconds: Int = 10, retentionSeconds: Int = 7 * 86400, maximumRecords: Int = 10_000_000_000,
        maximumBytes: Int64 = 100 << 30, reportsIdleWindows: Bool = false, maximumOpenFlows: Int = 2_000_000,
        sealRecords: Int = 1 << 20, sealSeconds: Int = 3600,
        scanTasks: Int? = nil
    ) {
        self.graceSeconds = min(max(graceSeconds, 0), 3600)
        self.retentionSeconds = max(retentionSeconds, 60)
        self.maximumRecords = max(maximumRecords, 1000)
        self.maximumBytes = max(maximumBytes, 1 << 20)
        self.reportsIdleWindows = reportsIdleWindows
        self.maximumOpenFlows = min(max(maximumOpenFlows, 1000), 10_000_000)
        self.sealRecords = min(max(sealRecords, 1), 1 << 24)
        self.sealSeconds = max(sealSeconds, 1)
        self.scanTasks = min(max(scanTasks ?? min(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 4), 1), 64)
    }
}
