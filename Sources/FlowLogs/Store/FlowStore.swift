import Dispatch
import Synchronization

/// Flow records in a directory: a journal that every change goes to first, files of sealed records, and a catalogue of
/// them. What is in memory besides is rebuilt from the journal.
///
/// One thread writes, for all that wait at once; readers see what is published and are never in its way.
public final class FlowStore: FlowLogStore {
    public let configuration: FlowLogConfiguration
    /// What was found when the directory was opened; empty after a clean start.
    public let recovery: FlowRecovery
    let directory: FlowDirectory
    let catalogue: FlowCatalogue
    let signal = TailSignal()
    let queue = DispatchQueue(label: "weir.flows.writer")
    let sealer = DispatchQueue(label: "weir.flows.sealer")
    /// Only ever used on `queue`.
    let core: Mutex<FlowCore>
    let published: Mutex<FlowPublished>
    let pending = Mutex(FlowPending())
    let isSealing = Atomic<Bool>(false)
    let repeatedBatches = Atomic<UInt64>(0)
    /// Told when windows' records have become visible: the end of each (Unix seconds).
    let shown: @Sendable (_ windowEnds: [Int64]) -> Void
    /// For tests: told of each step on the disk once it is done.
    let step: @Sendable (FlowStoreStep) -> Void
    /// Removes the directory with the store.
    private let temporary: TemporaryDirectory?

    /// Opens the store in this directory, or makes it, for its owner alone. Reads the journal; its end that a crash
    /// left half written is cut off.
    ///
    /// `shown` is told when the records of windows have become visible, with the end of each window that has any (Unix
    /// seconds); it must not take long.
    /// - Throws: `locked`, `newerSchema`, `storageFull`, `file`, `storage`.
    public convenience init(
        directory: String, configuration: FlowLogConfiguration = FlowLogConfiguration(),
        shown: @escaping @Sendable (_ windowEnds: [Int64]) -> Void = { _ in }
    ) throws(FlowLogError) {
        try self.init(directory: directory, configuration: configuration, temporary: nil, shown: shown) { _ in }
    }

    /// An empty store in the directory for temporary files that is gone with its last reference.
    public convenience init(temporary configuration: FlowLogConfiguration) throws(FlowLogError) {
        let temporary = try TemporaryDirectory()
        try self.init(directory: temporary.path, configuration: configuration, temporary: temporary) { _ in }
    }

    init(
        directory path: String, configuration: FlowLogConfiguration, temporary: TemporaryDirectory? = nil,
        shown: @escaping @Sendable (_ windowEnds: [Int64]) -> Void = { _ in },
        step: @escaping @Sendable (FlowStoreStep) -> Void
    ) throws(FlowLogError) {
        self.configuration = configuration
        self.temporary = temporary
        self.shown = shown
        self.step = step
        directory = try FlowDirectory(path)
        catalogue = try FlowCatalogue(path: directory.file(FlowDirectory.catalogue))
        let opened = try FlowRecoverer(directory, catalogue).run()
        recovery = opened.recovery
        published = Mutex(opened.published)
        core = Mutex(opened.core)
        // A journal with damage in it is not appended to.
        try core.withLock { core throws(FlowLogError) in
            if core.isDamaged { try beginGeneration(&core) }
        }
        startSealing()
    }

    /// Finishes what is under way and gives the directory back; nothing can be written afterwards.
    public func close() async {
        _ = try? await perform { _, core throws(FlowLogError) in core.journal.end() }
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in sealer.async { done.resume() } }
        directory.release()
    }

    // MARK: FlowLogStore

    public func ingest(
        _ batch: FlowBatch, logs: [FlowLogSettings], at now: Int64
    ) async throws(FlowLogError) -> UInt64 {
        try Self.check(batch, logs)
        let slices = FlowSliceEncoding.encode(batch)
        let logs = Dictionary(logs.map { ($0.flowLogID, $0) }) { $1 }
        let result = await withCheckedContinuation { (answer: CheckedContinuation<Result<UInt64, FlowLogError>, _>) in
            submit(
                .batch(
                    BatchJob(batch: batch, slices: slices, logs: logs, now: Self.instant(now)) {
                        answer.resume(returning: $0)
                    }), bytes: slices.count)
        }
        return try result.get()
    }

    @discardableResult
    public func closeWindows(at now: Int64) async throws(FlowLogError) -> Int {
        startSealing()
        return try await perform { store, core throws(FlowLogError) in
            var total = 0
            while true {
                let closed = try store.close(&core, at: Self.instant(now))
                total += closed
                guard closed > 0 else { break }
                try core.journal.sync()
                store.publish(&core)
            }
            try store.beginGenerationIfDue(&core, at: Self.instant(now))
            return total
        }
    }

    public func search(_ query: FlowQuery) async throws(FlowLogError) -> FlowPage {
        try await view(includeRunning: query.includeOpen).search(query)
    }

    public func sums(_ query: FlowQuery) async throws(FlowLogError) -> FlowSums {
        try await view(includeRunning: query.includeOpen).sums(query)
    }

    public func tail(_ query: FlowQuery, patience: Duration) async throws(FlowLogError) -> FlowPage {
        let deadline = ContinuousClock.now.advanced(by: min(max(patience, .zero), .seconds(3600)))
        var query = query
        while true {
            // Taken before reading, so that what closes meanwhile is not waited for.
            let seen = signal.generation
            let page = try await view(includeRunning: false).tail(query)
            let left = ContinuousClock.now.duration(to: deadline)
            guard page.records.isEmpty, page.damaged.isEmpty, left > .zero else { return page }
            query.cursor = page.cursor
            await signal.wait(after: seen, atMost: left)
            if Task.isCancelled { throw .cancelled }
        }
    }

    public func statistics() async throws(FlowLogError) -> FlowStatistics {
        var statistics = try await perform { _, core throws(FlowLogError) in core.state.statistics }
        statistics.expiredRecords = try catalogue.expiredRecords()
        statistics.repeatedBatches = repeatedBatches.load(ordering: .relaxed)
        published.withLock { published in
            statistics.files = UInt64(published.files.count)
            statistics.fileBytes = published.files.reduce(0) { $0 &+ UInt64(clamping: $1.info.bytes) }
            statistics.fileRecords = published.files.reduce(0) { $0 &+ UInt64(clamping: $1.info.records) }
            statistics.unsealedRecords = UInt64(clamping: published.unsealedRecords)
        }
        statistics.damages = UInt64(try catalogue.damage().count)
        return statistics
    }

    /// Everything that can be read now.
    public func view(includeRunning: Bool = false) async throws(FlowLogError) -> FlowView {
        guard includeRunning else { return closedView }
        return try await perform { store, core throws(FlowLogError) in
            var view = store.closedView
            let windows = core.state.windows.values
            view.running = FlowBlock.blocks(
                of: windows.sorted { ($0.key.window.end, $0.serial) < ($1.key.window.end, $1.serial) })
            return view
        }
    }

    private var closedView: FlowView {
        var view = published.withLock { $0.view(catalogue) }
        view.scanTasks = configuration.scanTasks
        return view
    }

    // MARK: Checks

    /// Refuses what no agent and no server sends.
    private static func check(_ batch: FlowBatch, _ logs: [FlowLogSettings]) throws(FlowLogError) {
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

    private static func instant(_ now: Int64) -> Int64 { min(max(now, 0), FlowWindow.latestMilliseconds / 1000) }
}
