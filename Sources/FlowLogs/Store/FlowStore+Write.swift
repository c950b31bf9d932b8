import Dispatch
import Packet
import Synchronization

extension FlowStore {
    /// Batches that one sync makes durable, at most.
    private static let maximumGroup = 256
    /// Records that close at once, at most: what a reader of the journal holds in memory.
    static let maximumClosing = 1 << 18

    // MARK: The queue

    func submit(_ job: FlowPending.Job, bytes: Int) {
        enum Outcome { case full, schedule, queued }
        let outcome = pending.withLock { pending -> Outcome in
            guard bytes == 0 || pending.bytes + bytes <= FlowPending.maximumBytes else { return .full }
            pending.bytes += bytes
            pending.jobs.append(job)
            defer { pending.isScheduled = true }
            return pending.isScheduled ? .queued : .schedule
        }
        switch outcome {
        case .full: if case .batch(let batch) = job { batch.finish(.failure(.overloaded)) }
        case .schedule: queue.async { self.drain() }
        case .queued: break
        }
    }

    private func drain() {
        while true {
            let jobs = pending.withLock { pending in
                let jobs = Array(pending.jobs.prefix(Self.maximumGroup))
                pending.jobs.removeFirst(jobs.count)
                if jobs.isEmpty { pending.isScheduled = false }
                return jobs
            }
            if jobs.isEmpty { return }
            var group: [BatchJob] = []
            for job in jobs {
                switch job {
                case .batch(let batch): group.append(batch)
                case .run(let body):
                    take(group)
                    group = []
                    body()
                }
            }
            take(group)
        }
    }

    /// Does something with the core, in its turn.
    func perform<T: Sendable>(
        _ body: @escaping @Sendable (FlowStore, inout FlowCore) throws(FlowLogError) -> T
    ) async throws(FlowLogError) -> T {
        let result = await withCheckedContinuation { (answer: CheckedContinuation<Result<T, FlowLogError>, Never>) in
            submit(
                .run {
                    let result = self.core.withLock { core -> Result<T, FlowLogError> in
                        do throws(FlowLogError) { return .success(try body(self, &core)) } catch {
                            return .failure(error)
                        }
                    }
                    answer.resume(returning: result)
                }, bytes: 0)
        }
        return try result.get()
    }

    // MARK: Batches

    /// Writes the batches to the journal, then takes them in, then answers. One sync for all of them and for the
    /// windows that close with them.
    private func take(_ group: [BatchJob]) {
        guard !group.isEmpty else { return }
        // Agents wait rather than that memory grows: what is not sealed yet is in memory.
        if !hasRoom {
            startSealing()
            sealer.sync {}
        }
        defer { pending.withLock { pending in pending.bytes -= group.reduce(0) { $0 + $1.slices.count } } }
        let results = core.withLock { core -> [Result<UInt64, FlowLogError>] in
            do throws(FlowLogError) {
                let results = try write(group, &core)
                try core.journal.sync()
                step(.journalSynced)
                publish(&core)
                return results.map { .success($0) }
            } catch {
                return group.map { _ in .failure(error) }
            }
        }
        for (job, result) in zip(group, results) { job.finish(result) }
        let now = group.map(\.now).max() ?? 0
        core.withLock { core in
            // Not the batches' trouble: they are in. The next round tries again.
            try? beginGenerationIfDue(&core, at: now)
        }
    }

    /// Whether more records may wait for their file.
    private var hasRoom: Bool {
        published.withLock(\.unsealedRecords) < 3 * max(configuration.sealRecords, Self.maximumClosing)
    }

    private func write(_ group: [BatchJob], _ core: inout FlowCore) throws(FlowLogError) -> [UInt64] {
        guard hasRoom else { throw .overloaded }
        var bytes: [UInt8] = []
        var frames: [BatchFrame?] = []
        // Flow logs that each agent feeds, with what the batches before it in the group bring.
        var fed: [String: Set<String>] = [:]
        for job in group {
            guard !core.state.hasTaken(job.batch) else {
                frames.append(nil)
                continue
            }
            let agentID = job.batch.agentID
            let concerned = (fed[agentID] ?? core.state.flowLogs(fedBy: agentID)).union(
                job.batch.slices.lazy.flatMap(\.flowLogIDs))
            fed[agentID] = concerned
            let frame = BatchFrame(
                batch: job.batch, logs: job.logs.filter { concerned.contains($0.key) }, now: job.now,
                reportsIdleWindows: configuration.reportsIdleWindows, maximumOpenFlows: configuration.maximumOpenFlows)
            JournalFrame.append(.batch, frame.encoded(slices: job.slices), to: &bytes)
            frames.append(frame)
        }
        try core.journal.append(bytes)
        var answers: [UInt64] = []
        for (job, frame) in zip(group, frames) {
            var isRepeated = true
            if let frame { isRepeated = core.state.apply(frame).isRepeated }
            if isRepeated { repeatedBatches.add(1, ordering: .relaxed) }
            answers.append(core.state.acknowledged(job.batch))
        }
        // Their time comes again when there is no room for them now.
        _ = try? close(&core, at: group.map(\.now).max() ?? 0)
        step(.journalWritten)
        return answers
    }

    // MARK: Closing

    /// Closes windows whose time has come and returns how many. They are published once the journal is synced.
    func close(_ core: inout FlowCore, at now: Int64) throws(FlowLogError) -> Int {
        let due = core.state.due(
            at: now, graceSeconds: Int64(configuration.graceSeconds), maximumRecords: Self.maximumClosing)
        guard !due.isEmpty else { return 0 }
        let frame = CloseFrame(closing: due, firstRecord: core.state.nextRecord)
        let payload = frame.encoded()
        // A reader would take a longer one for damage.
        guard payload.count <= JournalFrame.maximumBytes else { throw .overloaded }
        var bytes: [UInt8] = []
        JournalFrame.append(.close, payload, to: &bytes)
        try core.journal.append(bytes)
        core.state.apply(frame)
        core.unpublished.append(frame)
        core.unpublishedEnds += due.lazy.filter(\.hasRecords).map(\.key.window.end)
        if core.firstClosedAt == nil, !frame.blocks.isEmpty { core.firstClosedAt = now }
        return due.count
    }

    /// Shows what closed to readers.
    func publish(_ core: inout FlowCore) {
        let (frames, ends) = (core.unpublished, core.unpublishedEnds)
        core.unpublished = []
        core.unpublishedEnds = []
        guard !frames.isEmpty else { return }
        let name = FlowDirectory.journal(core.generation)
        var segments: [MemorySegment] = []
        for frame in frames { segments.append(contentsOf: frame.segments(name)) }
        core.records += segments.reduce(0) { $0 + $1.count }
        let newest = core.state.nextRecord - 1
        published.withLock { published in
            if let last = published.unsealed.indices.last {
                published.unsealed[last].segments.append(contentsOf: segments)
            }
            published.newest = newest
        }
        signal.raise()
        if !ends.isEmpty { shown(ends) }
    }

    // MARK: Generations

    /// Journal bytes after which a generation ends whatever it holds.
    private static let maximumJournalBytes: Int64 = 512 << 20

    func beginGenerationIfDue(_ core: inout FlowCore, at now: Int64) throws(FlowLogError) {
        // A clock that went back does not keep records from their file.
        if let first = core.firstClosedAt, now < first { core.firstClosedAt = now }
        let isOld = core.firstClosedAt.map { now - $0 >= Int64(configuration.sealSeconds) } ?? false
        guard core.records >= configuration.sealRecords || isOld || core.journal.size >= Self.maximumJournalBytes else {
            return
        }
        core.state.forget(at: now, retentionSeconds: Int64(configuration.retentionSeconds))
        try beginGeneration(&core)
        startSealing()
    }

    /// Goes on in a new journal, whose head says all that is running. The old one has what will be sealed.
    func beginGeneration(_ core: inout FlowCore) throws(FlowLogError) {
        // After a failed sync nobody knows what the old journal holds.
        try core.journal.sync()
        let generation = core.generation + 1
        let journal = try FlowSnapshot.write(core.state, directory, generation: generation, step: step)
        core.journal = journal
        core.generation = generation
        core.firstClosedAt = nil
        core.records = 0
        core.isDamaged = false
        published.withLock { published in
            if let last = published.unsealed.indices.last { published.unsealed[last].isComplete = true }
            published.unsealed.append(
                FlowPublished.Unsealed(generation: generation, segments: [], isComplete: false, damage: []))
        }
    }
}

extension CloseFrame {
    /// The records, ready to be read.
    func segments(_ name: String) -> [MemorySegment] {
        var number = firstRecord
        var segments: [MemorySegment] = []
        for block in blocks {
            if let segment = MemorySegment(block, name: name, firstNumber: number) { segments.append(segment) }
            number += Int64(block.count)
        }
        return segments
    }
}

enum FlowSliceEncoding {
    static func encode(_ batch: FlowBatch) -> [UInt8] { FlowSliceCodec.encode(batch.slices) }
}
