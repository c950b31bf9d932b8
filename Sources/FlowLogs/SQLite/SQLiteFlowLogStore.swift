import GRDB
import Glibc
import Synchronization

/// Flow records in one SQLite file (WAL, every commit synced), or in memory.
///
/// One writer at a time; readers see the last commit and are never in its way.
public final class SQLiteFlowLogStore: FlowLogStore {
    let configuration: FlowLogConfiguration
    let database: any DatabaseWriter
    let signal = TailSignal()
    let repeatedBatches = Atomic<UInt64>(0)

    /// Opens the file, or makes it, readable by its owner alone.
    ///
    /// `path`: e.g. `flows.sqlite` in the data directory, which must be there.
    /// - Throws: `newerSchema`, `storageFull`, `storage`.
    public init(path: String, configuration: FlowLogConfiguration = FlowLogConfiguration()) throws(FlowLogError) {
        // SQLite gives its journal the rights of the file.
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .storage(code: ResultCode.SQLITE_CANTOPEN.rawValue, message: String(cString: strerror(errno)))
        }
        close(descriptor)
        self.configuration = configuration
        do {
            database = try DatabasePool(path: path, configuration: Self.settings)
            try Self.migrate(database)
        } catch { throw FlowLogError(error) }
    }

    /// An empty store that is gone with the process.
    public init(inMemory configuration: FlowLogConfiguration) throws(FlowLogError) {
        self.configuration = configuration
        do {
            database = try DatabaseQueue(configuration: Self.settings)
            try Self.migrate(database)
        } catch { throw FlowLogError(error) }
    }

    private static var settings: Configuration {
        var settings = Configuration()
        settings.label = "flow-logs"
        settings.busyMode = .timeout(5)
        settings.maximumReaderCount = 4
        settings.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA cache_size = -8192")
            try db.execute(sql: "PRAGMA journal_size_limit = 67108864")
        }
        return settings
    }

    private static func migrate(_ database: any DatabaseWriter) throws {
        let migrator = FlowLogSchema.migrator
        guard try !database.read(migrator.hasBeenSuperseded) else { throw FlowLogError.newerSchema }
        try migrator.migrate(database)
        // The pool may have eased this while it turned the journal to WAL.
        try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
    }

    public func ingest(
        _ batch: FlowBatch, logs: [FlowLogSettings], at now: Int64
    ) async throws(FlowLogError) -> UInt64 {
        try FlowIngest.check(batch, logs)
        let configuration = configuration
        let outcome = try await write { db in
            var ingest = FlowIngest(db, batch: batch, logs: logs, now: now, configuration: configuration)
            var outcome = try ingest.run()
            if !outcome.isRepeated {
                outcome.closedWindows = try FlowWindowCloser(db, configuration, now: now).close(limit: Self.closeLimit)
            }
            return outcome
        }
        if outcome.isRepeated { repeatedBatches.add(1, ordering: .relaxed) }
        if outcome.closedWindows > 0 { signal.raise() }
        return outcome.acknowledged
    }

    /// Windows closed in one transaction, so that a backlog does not hold up the agents.
    private static let closeLimit = 64

    @discardableResult
    public func closeWindows(at now: Int64) async throws(FlowLogError) -> Int {
        let configuration = configuration
        var total = 0
        while true {
            let closed = try await write { db in
                try FlowWindowCloser(db, configuration, now: now).close(limit: Self.closeLimit)
            }
            total += closed
            if closed > 0 { signal.raise() }
            if closed < Self.closeLimit { return total }
        }
    }

    func write<T: Sendable>(
        _ updates: @escaping @Sendable (Database) throws -> T
    ) async throws(FlowLogError) -> T {
        do { return try await database.write(updates) } catch { throw FlowLogError(error) }
    }

    func read<T: Sendable>(_ value: @escaping @Sendable (Database) throws -> T) async throws(FlowLogError) -> T {
        do { return try await database.read(value) } catch { throw FlowLogError(error) }
    }
}
