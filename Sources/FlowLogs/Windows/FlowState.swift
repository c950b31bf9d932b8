import Model
import Packet

/// The running windows and the ledger of batches: a state machine that the journal's frames drive. The same frames
/// give the same state, whenever and however often they are read.
struct FlowState {
    var agents: [String: AgentLedger] = [:]
    var windows: [OpenWindow.Key: OpenWindow] = [:]
    var counters = FlowCounters()
    /// Number of the next record that becomes visible; the first one is 1.
    var nextRecord: Int64 = 1
    /// Flows in all running windows.
    var openFlows = 0
    var nextSerial: UInt64 = 0
    /// Losses by damage, kept from the closings of the damaged journal, which do not know of them.
    var damageLosses: [(window: OpenWindow.Key, causes: FlowLoss.Causes)] = []
    /// Agents that feed a stream.
    var feeders: [FlowStream: Set<String>] = [:]

    // MARK: Batches

    /// Takes a batch in. Returns whether it was there already, and the number up to which the agent may forget.
    ///
    /// `isAfterDamage`: numbers missing before it may be those of damaged frames. These were acknowledged, and what was
    /// in them may be in records; they are a loss of unknown size, and not taken in if they come again.
    @discardableResult
    mutating func apply(_ frame: BatchFrame, isAfterDamage: Bool = false) -> (isRepeated: Bool, acknowledged: UInt64) {
        let batch = frame.batch
        let known = agents[batch.agentID]
        var agent = known ?? AgentLedger(watermark: nil, heardAt: frame.now)
        let last = Int64(clamping: batch.sequence)
        let first = min(Int64(clamping: batch.firstSequence), last)
        let arrival = agent.arrive(
            batch.spoolID, first...last, isKnown: known != nil, remembersMissing: !isAfterDamage)
        let acknowledged = UInt64(clamping: agent.acknowledged(batch.spoolID))
        guard arrival != .repeated else { return (true, acknowledged) }
        var overlaps = false
        if case .next(_, _, true) = arrival { overlaps = true }
        // Nobody knows which part of it came before, so none of it counts and the loss is said.
        if !overlaps { for slice in batch.slices { take(slice, frame, &agent) } }
        if case .next(let missing, let spoolReplaced, _) = arrival {
            FlowCounters.add(UInt64(clamping: missing), to: &counters.missingBatches)
            if spoolReplaced { FlowCounters.add(1, to: &counters.replacedSpools) }
            let causes: FlowLoss.Causes = [
                missing > 0 || overlaps ? .missingBatch : [], spoolReplaced ? .spoolReplaced : [],
            ]
            if !causes.isEmpty {
                reportLoss(
                    causes, frame, agent, heardBefore: known?.heardAt ?? frame.now, isAfterDamage: isAfterDamage)
            }
            agent.watermark = batch.watermark ?? agent.watermark
            agent.heardAt = frame.now
        } else {
            FlowCounters.add(1, to: &counters.foundBatches)
        }
        FlowCounters.add(1, to: &counters.batches)
        agents[batch.agentID] = agent
        return (false, acknowledged)
    }

    /// Whether the batch came before, so that it changes nothing.
    func hasTaken(_ batch: FlowBatch) -> Bool {
        guard let spool = agents[batch.agentID]?.spools.last(where: { $0.id == batch.spoolID }) else { return false }
        var copy = spool
        let last = Int64(clamping: batch.sequence)
        let numbers = min(Int64(clamping: batch.firstSequence), last)...last
        return copy.arrive(numbers, spoolReplaced: false) == .repeated
    }

    /// The number up to which the agent may forget.
    func acknowledged(_ batch: FlowBatch) -> UInt64 {
        UInt64(clamping: agents[batch.agentID]?.acknowledged(batch.spoolID) ?? 0)
    }

    /// Flow logs of the streams that the agent feeds.
    func flowLogs(fedBy agentID: String) -> Set<String> {
        Set(agents[agentID]?.feeds.keys.lazy.map(\.flowLogID) ?? [])
    }

    private mutating func take(_ slice: FlowSlice, _ frame: BatchFrame, _ agent: inout AgentLedger) {
        FlowCounters.add(UInt64(slice.entries.count), to: &counters.entries)
        // A claim counts once, however often the agent names it.
        let claims = Set(slice.flowLogIDs).sorted()
        var unclaimed = claims.isEmpty ? 1 : 0
        for claim in claims {
            guard let log = frame.logs[claim] else {
                unclaimed += 1
                continue
            }
            let stream = FlowStream(log, slice.networkInterfaceID, frame.batch.places[slice.networkInterfaceID])
            if agent.feeds.updateValue(frame.now, forKey: stream) == nil {
                feeders[stream, default: []].insert(frame.batch.agentID)
            }
            take(slice, log, stream, frame)
        }
        if unclaimed > 0 { counters.addUnclaimed(slice, claims: unclaimed) }
    }

    private mutating func take(_ slice: FlowSlice, _ log: FlowLogSettings, _ stream: FlowStream, _ frame: BatchFrame) {
        let length = Int64(log.windowSeconds)
        guard slice.hasValidTime else {
            let lost = slice.entries.reduce(into: LostCount(slice)) { $0.add(log.trafficType.kept($1)) }
            if !lost.isEmpty || slice.hasGap {
                window(stream, .holding(milliseconds: frame.now * 1000, seconds: length))
                    .addLoss(lost, slice.hasGap ? [.invalidTime, .notAccounted] : .invalidTime)
            }
            return
        }
        let bounds = FlowWindow.holding(milliseconds: slice.startMilliseconds, seconds: length)
        let skipped = LostCount(slice)
        let end = max(slice.startMilliseconds, slice.endMilliseconds - 1)
        let last = FlowWindow.holding(milliseconds: end, seconds: length)
        if slice.hasGap {
            // Any of its windows may have it. Only the first and the last may have anything else.
            addLoss(LostCount(), .notAccounted, stream, bounds, log, frame)
            if last.start > bounds.end {
                let between = FlowWindow(start: bounds.end, end: last.start)
                addLoss(LostCount(), .notAccounted, stream, between, log, frame)
            }
            if last != bounds { addLoss(LostCount(), .notAccounted, stream, last, log, frame) }
        }
        if !skipped.isEmpty {
            // Sums of many slices were counted somewhere between the first and the last.
            let span = slice.entries.isEmpty ? FlowWindow(start: bounds.start, end: last.end) : bounds
            addLoss(skipped, .skippedByAgent, stream, span, log, frame)
        }
        var target: OpenWindow?
        var crowded = LostCount()
        var hasTraffic = false
        let (delay, span) = (
            slice.startMilliseconds - bounds.start * 1000, slice.endMilliseconds - slice.startMilliseconds
        )
        for entry in slice.entries {
            if !entry.isEmpty { hasTraffic = true }
            let kept = log.trafficType.kept(entry)
            guard !kept.isEmpty else { continue }
            guard let window = target ?? room(stream, bounds, frame) else {
                crowded.add(kept)
                continue
            }
            target = window
            if openFlows < frame.maximumOpenFlows {
                let before = window.flows.count
                window.flows[FlowKey(kept), default: FlowTally()].add(kept, delay: delay, span: span)
                openFlows += window.flows.count - before
            } else if let index = window.flows.index(forKey: FlowKey(kept)) {
                window.flows.values[index].add(kept, delay: delay, span: span)
            } else {
                crowded.add(kept)
            }
        }
        if let target {
            target.hasTraffic = true
        } else if frame.reportsIdleWindows, crowded.isEmpty, let window = room(stream, bounds, frame) {
            if hasTraffic { window.hasTraffic = true }
        }
        if !crowded.isEmpty {
            addLoss(crowded, .windowsFull, stream, bounds, log, frame)
            FlowCounters.add(crowded.packets.value, to: &counters.crowdedPackets)
        }
    }

    /// Counts a loss in the window where it happened or, when no further window may run, in the one where it was heard
    /// of: of those there is one per stream at a time.
    private mutating func addLoss(
        _ lost: LostCount, _ causes: FlowLoss.Causes, _ stream: FlowStream, _ bounds: FlowWindow,
        _ log: FlowLogSettings, _ frame: BatchFrame
    ) {
        if let window = room(stream, bounds, frame) { return window.addLoss(lost, causes) }
        let arrival = FlowWindow.holding(milliseconds: frame.now * 1000, seconds: Int64(log.windowSeconds))
        window(stream, arrival).addLoss(lost, causes.union(.windowsFull))
    }

    /// The window, if it runs or may still begin to.
    private mutating func room(_ stream: FlowStream, _ bounds: FlowWindow, _ frame: BatchFrame) -> OpenWindow? {
        let key = OpenWindow.Key(stream: stream, window: bounds)
        return windows[key] ?? (windows.count < frame.maximumOpenWindows ? window(stream, bounds) : nil)
    }

    mutating func window(_ stream: FlowStream, _ bounds: FlowWindow) -> OpenWindow {
        let key = OpenWindow.Key(stream: stream, window: bounds)
        if let window = windows[key] { return window }
        let window = OpenWindow(key, serial: nextSerial)
        nextSerial += 1
        windows[key] = window
        return window
    }

    /// A stream the agent has not fed for so long before it was last heard is no longer its own.
    private static let feedSeconds: Int64 = 3600

    /// Everything the agent feeds may have lost packets between what came last and what came now.
    private mutating func reportLoss(
        _ causes: FlowLoss.Causes, _ frame: BatchFrame, _ agent: AgentLedger, heardBefore: Int64,
        isAfterDamage: Bool
    ) {
        let present =
            frame.batch.slices.lazy.filter(\.hasValidTime).map(\.startMilliseconds).min() ?? frame.now * 1000
        let from = min(agent.watermark ?? present, present)
        let streams = agent.feeds.filter { $0.value >= heardBefore - Self.feedSeconds }.keys
        for stream in streams.sorted(by: FlowStream.precedes) {
            guard let log = frame.logs[stream.flowLogID] else { continue }
            let seconds = Int64(log.windowSeconds)
            let first = FlowWindow.holding(milliseconds: from, seconds: seconds)
            let last = FlowWindow.holding(milliseconds: present, seconds: seconds)
            let span = FlowWindow(start: first.start, end: last.end)
            if isAfterDamage {
                damageLosses.append((OpenWindow.Key(stream: stream, window: span), causes))
            } else {
                addLoss(LostCount(), causes, stream, span, log, frame)
            }
        }
    }

    // MARK: Closing

    /// Windows whose time has come, oldest first, with at most about so many records.
    func due(at now: Int64, graceSeconds: Int64, maximumRecords: Int) -> [OpenWindow] {
        let silentSince = now - graceSeconds
        let reached = (agents.values.lazy.compactMap(\.watermark).max() ?? 0) / 1000
        let bound = max(silentSince, reached)
        var due: [OpenWindow] = []
        for window in windows.values {
            let end = window.key.window.end
            guard end <= bound else {
                if isAbandoned(window.key, at: now, graceSeconds: graceSeconds) { due.append(window) }
                continue
            }
            var isPassed = false
            var isAwaited = false
            for name in feeders[window.key.stream] ?? [] {
                guard let agent = agents[name] else { continue }
                let hasPassed = (agent.watermark ?? 0) >= end * 1000
                if hasPassed { isPassed = true }
                // Heard of late and still behind the window's end: it has more to send, be it hours late.
                if !hasPassed, agent.heardAt > silentSince { isAwaited = true }
            }
            // Without such an agent the window closes when another has passed it, or when the grace is over.
            if !isAwaited, isPassed || end <= silentSince { due.append(window) }
        }
        due.sort { ($0.key.window.end, $0.serial) < ($1.key.window.end, $1.serial) }
        var room = maximumRecords
        let count =
            due.firstIndex { window in
                defer { room -= window.recordLimit }
                return room <= 0
            } ?? due.count
        return Array(due.prefix(count))
    }

    /// Whether the clock was set back after the window began: it lies in the future, and all that feed it are before it.
    private func isAbandoned(_ key: OpenWindow.Key, at now: Int64, graceSeconds: Int64) -> Bool {
        guard key.window.start > now + graceSeconds, let names = feeders[key.stream] else { return false }
        return names.allSatisfy { name in
            guard let watermark = agents[name]?.watermark else { return false }
            return watermark < key.window.start * 1000
        }
    }

    /// Takes the windows away: their records are written.
    mutating func apply(_ frame: CloseFrame) {
        for key in frame.windows {
            guard let window = windows.removeValue(forKey: key) else { continue }
            openFlows -= window.flows.count
        }
        nextRecord = max(nextRecord, frame.firstRecord + Int64(frame.blocks.reduce(0) { $0 + $1.count }))
    }
}
