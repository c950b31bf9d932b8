import Dispatch
import GRDB
import Synchronization

/// Gathers writes while a COMMIT runs and makes them durable together: one transaction, one savepoint a write.
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
    private let queue = DispatchQueue(label: "weir.store.writer")
    private let writer: any DatabaseWriter

    init(_ writer: any DatabaseWriter) { self.writer = writer }

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
            let group = state.withLock { state in
                let group = Array(state.jobs.prefix(Self.maximumGroup))
                state.jobs.removeFirst(group.count)
                if group.isEmpty { state.isScheduled = false }
                return group
            }
            if group.isEmpty { return }
            commit(group)
        }
    }

    private func commit(_ group: [Job]) {
        var outcomes: [(any Error)?] = []
        do {
            try writer.writeWithoutTransaction { db in
                try db.inTransaction(.immediate) {
                    for job in group {
                        do {
                            try db.inSavepoint {
                                try job.run(db)
                                return .commit
                            }
                            outcomes.append(nil)
                        } catch {
                            // SQLite may end the whole transaction on a failing disk; then nothing of the group holds.
                            guard db.isInsideTransaction else { throw error }
                            outcomes.append(error)
                        }
                    }
                    return .commit
                }
            }
        } catch {
            let why = StoreError.unavailable("\(error)")
            for job in group { job.finish(why) }
            return
        }
        for (job, outcome) in zip(group, outcomes) { job.finish(outcome) }
    }
}
