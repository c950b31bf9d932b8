import Dispatch
import GRDB
import GRDBSQLite
import Synchronization

/// Brings what the write-ahead log holds into the database file beside the writer, so that a COMMIT waits for its own
/// bytes alone. SQLite would do it inside every so manieth COMMIT, which all calls behind that one wait for.
///
/// While writes go on, a pass never ends with all of the log done, and only then does SQLite begin the log anew: a log
/// that has grown long is brought to its end by the writer, right after a pass that left it little to do.
final class Checkpointer: Sendable {
    /// Pages that the log grows between two passes.
    private static let pagesOfPass: Int32 = 3000
    /// Pages from which the log is long.
    private static let longLog: Int32 = 6000

    private struct State {
        /// Pages of the log.
        var pages: Int32 = 0
        var nextPassAt = Checkpointer.pagesOfPass
        var isPassing = false
        /// Whether a pass has just done most of a long log.
        var isNearlyDone = false
    }

    private enum Step { case none, beside, here }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "weir.store.checkpointer")
    /// A connection of its own: the writer's is at work.
    private let connection: DatabaseQueue

    /// Takes over from SQLite on the writer's connection.
    init(of pool: DatabasePool, path: String) throws {
        var configuration = Configuration()
        configuration.busyMode = .immediateError
        configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA synchronous = FULL") }
        connection = try DatabaseQueue(path: path, configuration: configuration)
        // The hook takes the place of SQLite's own. The pool outlives nothing that the store does not.
        let me = Unmanaged.passUnretained(self).toOpaque()
        pool.writeWithoutTransaction { db in
            _ = sqlite3_wal_hook(
                db.sqliteConnection,
                { me, _, _, pages in
                    guard let me else { return SQLITE_OK }
                    Unmanaged<Checkpointer>.fromOpaque(me).takeUnretainedValue().logHas(pages)
                    return SQLITE_OK
                }, me)
        }
    }

    /// After a COMMIT.
    private func logHas(_ pages: Int32) {
        state.withLock { state in
            if pages < state.pages { state = State(isPassing: state.isPassing) }
            state.pages = pages
        }
    }

    /// Does what is due, now that a group is written. On the writer's thread, outside a transaction.
    func committed(_ writer: any DatabaseWriter) {
        let step = state.withLock { state -> Step in
            guard !state.isPassing, state.pages >= state.nextPassAt || state.isNearlyDone else { return .none }
            state.nextPassAt = state.pages &+ Self.pagesOfPass
            let isNearlyDone = state.isNearlyDone
            state.isNearlyDone = false
            state.isPassing = !isNearlyDone
            return isNearlyDone ? .here : .beside
        }
        switch step {
        case .none: break
        case .here: writer.writeWithoutTransaction(Self.pass)
        case .beside:
            queue.async {
                self.connection.writeWithoutTransaction(Self.pass)
                self.state.withLock { state in
                    state.isPassing = false
                    state.isNearlyDone = state.pages >= Self.longLog
                }
            }
        }
    }

    /// Never waits for a reader or writer. What fails is tried again by the next pass; the log has it all.
    private static func pass(_ db: Database) {
        sqlite3_wal_checkpoint_v2(db.sqliteConnection, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    }
}
