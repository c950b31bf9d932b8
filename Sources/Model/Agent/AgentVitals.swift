/// How an agent itself does: goes with the ledgers every few seconds. What is counted is counted since its process
/// began, unless said otherwise.
public struct AgentVitals: Codable, Sendable, Equatable {
    /// When the process began, Unix milliseconds.
    public var startedAt: Int64 = 0
    /// Time on CPUs, user and system.
    public var cpuMilliseconds: UInt64 = 0
    public var residentBytes: UInt64 = 0

    /// Times the flow maps were drained, times that failed, and how long all of them took.
    public var drains: UInt64 = 0
    public var drainFailures: UInt64 = 0
    public var drainMicroseconds: UInt64 = 0
    /// Why slices cannot be made durable now; `nil` when they can.
    public var drainProblem: String?
    /// End of the last slice that is durable in the spool, Unix milliseconds; 0 for none.
    public var drainedThrough: Int64 = 0
    /// What the drains found: slices, their entries, the packets and bytes under them,
    public var slices: UInt64 = 0
    public var entries: UInt64 = 0
    public var packets: UInt64 = 0
    public var bytes: UInt64 = 0
    /// and packets and bytes that crossed but found no room in the kernel's maps.
    public var skippedPackets: UInt64 = 0
    public var skippedBytes: UInt64 = 0

    /// Drops that neither program for them was entered for, at most, since these were attached; `nil` when not known.
    public var unseenDrops: UInt64?

    /// The spool: bytes of its files, the most it may have, batches that wait for the server.
    public var spoolBytes: UInt64 = 0
    public var spoolLimitBytes: UInt64 = 0
    public var spoolWaitingBatches: UInt64 = 0
    /// What it gave up: packets whose flows were reduced to sums; batches given up whole, and the packets in them
    /// since the spool was made; files set aside because they cannot be read.
    public var spoolReducedPackets: UInt64 = 0
    public var spoolLostBatches: UInt64 = 0
    public var spoolLostPackets: UInt64 = 0
    public var spoolCorruptFiles: UInt64 = 0

    /// Batches the server has for good and their bytes, and times sending failed.
    public var sentBatches: UInt64 = 0
    public var sentBytes: UInt64 = 0
    public var sendFailures: UInt64 = 0

    /// Rounds that compared the kernel with the desired state, and how long all of them took.
    public var applies: UInt64 = 0
    public var applyMicroseconds: UInt64 = 0
    /// What did not come true of the state in force.
    public var failures: UInt64 = 0
    public var bindings: UInt64 = 0
    public var sessions: UInt64 = 0

    public init() {}
}

extension AgentVitals {
    /// Also reads what other versions send: what they do not tell is 0.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init()
        startedAt = try values.decode(.startedAt, or: 0)
        cpuMilliseconds = try values.decode(.cpuMilliseconds, or: 0)
        residentBytes = try values.decode(.residentBytes, or: 0)
        drains = try values.decode(.drains, or: 0)
        drainFailures = try values.decode(.drainFailures, or: 0)
        drainMicroseconds = try values.decode(.drainMicroseconds, or: 0)
        drainProblem = try values.decodeIfPresent(String.self, forKey: .drainProblem)
        drainedThrough = try values.decode(.drainedThrough, or: 0)
        slices = try values.decode(.slices, or: 0)
        entries = try values.decode(.entries, or: 0)
        packets = try values.decode(.packets, or: 0)
        bytes = try values.decode(.bytes, or: 0)
        skippedPackets = try values.decode(.skippedPackets, or: 0)
        skippedBytes = try values.decode(.skippedBytes, or: 0)
        unseenDrops = try values.decodeIfPresent(UInt64.self, forKey: .unseenDrops)
        spoolBytes = try values.decode(.spoolBytes, or: 0)
        spoolLimitBytes = try values.decode(.spoolLimitBytes, or: 0)
        spoolWaitingBatches = try values.decode(.spoolWaitingBatches, or: 0)
        spoolReducedPackets = try values.decode(.spoolReducedPackets, or: 0)
        spoolLostBatches = try values.decode(.spoolLostBatches, or: 0)
        spoolLostPackets = try values.decode(.spoolLostPackets, or: 0)
        spoolCorruptFiles = try values.decode(.spoolCorruptFiles, or: 0)
        sentBatches = try values.decode(.sentBatches, or: 0)
        sentBytes = try values.decode(.sentBytes, or: 0)
        sendFailures = try values.decode(.sendFailures, or: 0)
        applies = try values.decode(.applies, or: 0)
        applyMicroseconds = try values.decode(.applyMicroseconds, or: 0)
        failures = try values.decode(.failures, or: 0)
        bindings = try values.decode(.bindings, or: 0)
        sessions = try values.decode(.sessions, or: 0)
    }
}
