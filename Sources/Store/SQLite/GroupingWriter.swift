import Dispatch
import GRDB
import Synchronization

/// Gathers writes and makes them durable together, in one transaction. A group takes what has come while the COMMIT
/// before it ran, and what comes while its own writes are done.
///
/// A lone write waits for nobody. A write that throws leaves nothing, and takes nothing else with it; a COMMIT that
/// fails refuses all of its group. Nearly all that throw do so before they change anything, so nothing is kept to undo
/// them by; a group in which one had changed something is done anew, with a savepoint a write.
final class GroupingWriter: Sendable {
    /// One queued write: `run` does it, maybe more than once; `finish` tells its caller after COMMIT.
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
    /// Where callers are told, group after group, while another is written.
    private let answers = DispatchQueue(label: "weir.store.answers")
    private let writer: any DatabaseWriter
    /// `nil` without a log.
    private let checkpointer: Checkpointer?
    private let undo: Undo

    /// `runsOnce`: never does a group anew, for writes that are not the same twice.
    init(_ writer: any DatabaseWriter, _ checkpointer: Checkpointer? = nil, runsOnce: Bool = false) {
        self.writer = writer
        self.checkpointer = checkpointer
        undo = runsOnce ? .savepoint : .nothing
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
        if state.withLock({ $0.jobs.isEmpty }) {
            answers.sync { Self.finish(group, outcomes) }
        } else {
            // The next group waits for nobody who is told.
            answers.async { Self.finish(group, outcomes) }
        }
        checkpointer?.committed(writer)
    }

    private static func finish(_ group: [Job], _ outcomes: [(any Error)?]) {
        for (job, outcome) in zip(group, outcomes) { job.finish(outcome) }
    }

    /// Writes the group and what comes meanwhile; what each write threw.
    private func write(_ first: [Job]) -> (group: [Job], outcomes: [(any Error)?]) {
        var group = first
        var outcomes: [(any Error)?] = []
        do {
            try writer.writeWithoutTransaction { db in
                func writeAll(_ undo: Undo) throws {
                    outcomes = []
                    try db.inTransaction(.immediate) {
                        while outcomes.count < group.count {
                            for job in group[outcomes.count...] { outcomes.append(try Self.outcome(of: job, db, undo)) }
                            group += take(atMost: Self.maximumGroup - group.count)
                        }
                        return .commit
                    }
                }
                do { try writeAll(undo) } catch is HalfDone { try writeAll(.savepoint) }
            }
        } catch {
            let why = StoreError.unavailable("\(error)")
            return (group, group.map { _ in why })
        }
        return (group, outcomes)
    }

    /// By what a write that throws is undone.
    private enum Undo {
        case nothing, savepoint
    }

    /// A write threw after it had changed something, and nothing can undo it alone.
    private struct HalfDone: Error {}

    /// Does one write; what it threw, once nothing of it is left.
    /// - Throws: ``HalfDone``; else when the transaction is lost with it.
    private static func outcome(of job: Job, _ db: Database, _ undo: Undo) throws -> (any Error)? {
        let transaction = SQLiteTransaction(db: db)
        let changes = db.totalChangesCount
        if undo == .savepoint { try transaction.run("SAVEPOINT job") }
        do { try job.run(db) } catch {
            // SQLite may end the whole transaction on a failing disk; then nothing of the group holds.
            guard db.isInsideTransaction else { throw error }
            if undo == .savepoint {
                try transaction.run("ROLLBACK TO job")
                try transaction.run("RELEASE job")
            } else if error is DatabaseError || db.totalChangesCount != changes {
                throw HalfDone()
            }
            return error
        }
        if undo == .savepoint { try transaction.run("RELEASE job") }
        return nil
    }
}
