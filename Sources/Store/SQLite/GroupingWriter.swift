import Dispatch
import GRDB
import Synchronization

/// Gathers writes and makes them durable together: one transaction, one savepoint a write. A group takes what has come
/// while the COMMIT before it ran, and what comes while its own writes are done.
///
/// A lone write waits for nobody. A write that throws rolls back alone; a COMMIT that fails refuses all of its group.
final class GroupingWriter: Sendable {
    /// One queued write: `run` does it inside a savepoint, `finish` tells its caller after COMMIT.
    struct Job: Sendable {
        var run: @Sendable (Database) throws -> Void
        var finish: @Sendable ((any Error)?) -> Void
    }

    /// Most writes one COMMIT makes durable.
    static let maximumGroup = 512

    private struct State {
        var jobs: [Job] = []
        var isScheduled = false
    }

    private let state = Mutex(State())
    /// Odd while a group is written.
    private let steps = Atomic<UInt64>(0)
    private let queue = DispatchQueue(label: "weir.store.writer")
    private let writer: any DatabaseWriter
    /// `nil` without a log.
    private let checkpointer: Checkpointer?

    init(_ writer: any DatabaseWriter, _ checkpointer: Checkpointer? = nil) {
        self.writer = writer
        self.checkpointer = checkpointer
    }

    /// Number of the state that readers see; `nil` while a group is written.
    var stateNumber: UInt64? {
        let step = steps.load(ordering: .acquiring)
        return step % 2 == 0 ? step : nil
    }

    func submit(_ job: Job) {
        let schedule = state.withLock { state in
            state.jobs.append(job)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if schedule { queue.async { self.drain() } }
    }

    private func drain() {
        while true {
            let group = take(atMost: Self.maximumGroup, endsWhenEmpty: true)
            if group.isEmpty { return }
            commit(group)
        }
    }

    private func take(atMost count: Int, endsWhenEmpty: Bool = false) -> [Job] {
        state.withLock { state in
            let group = Array(state.jobs.prefix(count))
            state.jobs.removeFirst(group.count)
            if group.isEmpty, endsWhenEmpty { state.isScheduled = false }
            return group
        }
    }

    private func commit(_ first: [Job]) {
        steps.wrappingAdd(1, ordering: .acquiringAndReleasing)
        let (group, outcomes) = write(first)
        steps.wrappingAdd(1, ordering: .acquiringAndReleasing)
        for (job, outcome) in zip(group, outcomes) { job.finish(outcome) }
        checkpointer?.committed(writer)
    }

    /// Writes the group and what comes meanwhile; what each write threw.
    private func write(_ first: [Job]) -> (group: [Job], outcomes: [(any Error)?]) {
        var group = first
        var outcomes: [(any Error)?] = []
        do {
            try writer.writeWithoutTransaction { db in
                try db.inTransaction(.immediate) {
                    while outcomes.count < group.count {
                        for job in group[outcomes.count...] { outcomes.append(try Self.outcome(of: job, db)) }
                        group += take(atMost: Self.maximumGroup - group.count)
                    }
                    return .commit
                }
            }
        } catch {
            let why = StoreError.unavailable("\(error)")
            return (group, group.map { _ in why })
        }
        return (group, outcomes)
    }

    /// Does one write; what it threw, once nothing of it is left.
    /// - Throws: when the transaction is lost with it.
    private static func outcome(of job: Job, _ db: Database) throws -> (any Error)? {
        let transaction = SQLiteTransaction(db: db)
        try transaction.run("SAVEPOINT job")
        do { try job.run(db) } catch {
            // SQLite may end the whole transaction on a failing disk; then nothing of the group holds.
            guard db.isInsideTransaction else { throw error }
            try transaction.run("ROLLBACK TO job")
            try transaction.run("RELEASE job")
            return error
        }
        try transaction.run("RELEASE job")
        return nil
    }
}
