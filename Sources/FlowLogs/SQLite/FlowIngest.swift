import GRDB
import Packet

/// Takes one batch into the running windows, inside a transaction.
struct FlowIngest {
    struct Outcome: Sendable {
        /// The batch was there already; nothing was written.
        var isRepeated: Bool
        /// The number up to which the agent may forget.
        var acknowledged: UInt64
        var closedWindows = 0
    }

    private let db: Database
    private let batch: FlowBatch
    private let logs: [String: FlowLogSettings]
    private let now: Int64
    private let configuration: FlowLogConfiguration
    private var windows: OpenWindows
    private var counters = FlowCounters()

    init(
        _ db: Database, batch: FlowBatch, logs: [FlowLogSettings], now: Int64, configuration: FlowLogConfiguration
    ) {
        self.db = db
        self.batch = batch
        self.logs = Dictionary(logs.map { ($0.flowLogID, $0) }) { $1 }
        self.now = min(max(now, 0), FlowWindow.latestMilliseconds / 1000)
        self.configuration = configuration
        windows = OpenWindows(db)
    }

    /// Refuses what no agent and no server sends.
    static func check(_ batch: FlowBatch, _ logs: [FlowLogSettings]) throws(FlowLogError) {
        guard (1...128).contains(batch.agentID.utf8.count) else {
            throw .invalidBatch("an agent ID has 1 to 128 bytes")
        }
        guard batch.sequence > 0, batch.sequence < UInt64(Int64.max) else {
            throw .invalidBatch("sequence \(batch.sequence) is outside 1...2^63-2")
        }
        guard (1...batch.sequence).contains(batch.firstSequence) else {
            throw .invalidBatch("its first number \(batch.firstSequence) is outside 1...\(batch.sequence)")
        }
        for log in logs where !FlowLogSettings.windowRange.contains(log.windowSeconds) {
            throw .invalidSettings("a window of \(log.windowSeconds) s is outside 1...3600 s")
        }
    }

    mutating func run() throws -> Outcome {
        let ledger = try BatchLedger(db, batch: batch, now: now)
        let arrival = try ledger.arrive()
        guard arrival != .repeated else {
            return Outcome(isRepeated: true, acknowledged: UInt64(ledger.acknowledged))
        }
        var overlaps = false
        if case .next(_, _, true) = arrival { overlaps = true }
        // Nobody knows which part of it came before, so none of it counts and the loss is said.
        if !overlaps { for slice in batch.slices { try take(slice, agent: ledger.agent) } }
        if case .next(let missing, let spoolReplaced, _) = arrival {
            if missing > 0 { counters.missingBatches += UInt64(missing) }
            if spoolReplaced { counters.replacedSpools += 1 }
            let causes: FlowLoss.Causes = [
                missing > 0 || overlaps ? .missingBatch : [], spoolReplaced ? .spoolReplaced : [],
            ]
            if !causes.isEmpty { try reportLoss(causes, ledger) }
            try ledger.advance(through: watermark)
        } else {
            counters.foundBatches += 1
        }
        counters.batches += 1
        try counters.save(db)
        return Outcome(isRepeated: false, acknowledged: UInt64(ledger.acknowledged))
    }

    /// Without the agent's word, what began before the latest slices is complete; more may belong to those.
    private var watermark: Int64? {
        if let through = batch.completeThrough, (0...FlowWindow.latestMilliseconds).contains(through) {
            return through
        }
        return batch.slices.lazy.filter(Self.hasValidTime).map(\.startMilliseconds).max()
    }

    private static func hasValidTime(_ slice: FlowSlice) -> Bool {
        slice.startMilliseconds >= 0 && slice.endMilliseconds >= slice.startMilliseconds
            && slice.endMilliseconds <= FlowWindow.latestMilliseconds
    }

    private mutating func take(_ slice: FlowSlice, agent: Int64) throws {
        counters.entries += UInt64(slice.entries.count)
        // A claim counts once, however often the agent names it.
        let claims = Set(slice.flowLogIDs).sorted()
        var unclaimed = claims.isEmpty ? 1 : 0
        for claim in claims {
            guard let log = logs[claim] else {
                unclaimed += 1
                continue
            }
            let stream = try windows.stream(log, slice.networkInterfaceID)
            try windows.addFeed(stream: stream, agent: agent, now: now)
            try take(slice, log, stream)
        }
        if unclaimed > 0 { counters.addUnclaimed(slice, claims: unclaimed) }
    }

    private mutating func take(_ slice: FlowSlice, _ log: FlowLogSettings, _ stream: Int64) throws {
        let length = Int64(log.windowSeconds)
        guard Self.hasValidTime(slice) else {
            let window = FlowWindow.holding(milliseconds: now * 1000, seconds: length)
            let lost = slice.entries.reduce(into: LostCount(slice)) { $0.add(log.trafficType.kept($1)) }
            if !lost.isEmpty { try windows.addLoss(lost, .invalidTime, stream, window) }
            return
        }
        let window = FlowWindow.holding(milliseconds: slice.startMilliseconds, seconds: length)
        let lost = LostCount(slice)
        if !lost.isEmpty {
            // Sums of many slices were counted somewhere between the first and the last.
            let last = FlowWindow.holding(
                milliseconds: max(slice.startMilliseconds, slice.endMilliseconds - 1), seconds: length)
            let span = slice.entries.isEmpty ? FlowWindow(start: window.start, end: last.end) : window
            try windows.addLoss(lost, .skippedByAgent, stream, span)
        }
        var hasTraffic = false
        for entry in slice.entries {
            let kept = log.trafficType.kept(entry)
            if !entry.isEmpty { hasTraffic = true }
            if !kept.isEmpty { try windows.add(kept, stream, window) }
        }
        if configuration.reportsIdleWindows { try windows.touch(stream, window, hasTraffic: hasTraffic) }
    }

    /// A stream the agent has not fed for so long before it was last heard is no longer its own.
    private static let feedSeconds: Int64 = 3600

    /// Everything the agent feeds may have lost packets between what came last and what came now.
    private mutating func reportLoss(_ causes: FlowLoss.Causes, _ ledger: BatchLedger) throws {
        let present = batch.slices.lazy.filter(Self.hasValidTime).map(\.startMilliseconds).min() ?? now * 1000
        let from = min(ledger.watermark ?? present, present)
        for (stream, flowLogID) in try windows.streams(
            agent: ledger.agent, since: (ledger.heardBefore ?? now) - Self.feedSeconds)
        {
            guard let log = logs[flowLogID] else { continue }
            let seconds = Int64(log.windowSeconds)
            let first = FlowWindow.holding(milliseconds: from, seconds: seconds)
            let last = FlowWindow.holding(milliseconds: present, seconds: seconds)
            let window = FlowWindow(start: first.start, end: last.end)
            try windows.addLoss(LostCount(), causes, stream, window)
        }
    }
}

extension FlowLogSettings.TrafficType {
    /// The part of an entry that a flow log of this kind records.
    func kept(_ entry: FlowEntry) -> FlowEntry {
        var kept = entry
        if self == .drop {
            kept.acceptedPackets = 0
            kept.acceptedBytes = 0
        }
        if self == .allow {
            kept.rejectedPackets = 0
            kept.rejectedBytes = 0
        }
        return kept
    }
}

extension FlowEntry {
    var isEmpty: Bool { acceptedPackets | acceptedBytes | rejectedPackets | rejectedBytes == 0 }
}
