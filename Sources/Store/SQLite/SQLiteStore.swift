import CSQLite
import FoundationEssentials
import GRDB
import Synchronization

/// The store of intent in one SQLite file (WAL, `synchronous=FULL`), or in memory for tests and throw-away servers.
public final class SQLiteStore: Store {
    private let database: any DatabaseWriter
    private let writer: GroupingWriter

    /// Opens or makes the file and brings its schema up to date.
    ///
    /// `runsOnce`: the body of a write never runs twice, which costs each write more: for a server whose random numbers
    /// have a seed.
    /// - Throws: ``StoreError/unavailable(_:)`` when the file cannot be opened or is newer than this program.
    public init(path: String, runsOnce: Bool = false) throws {
        do {
            var configuration = Self.configuration
            // More than there are threads that read: none waits for a connection.
            configuration.maximumReaderCount = max(8, ProcessInfo.processInfo.activeProcessorCount * 2)
            let pool = try DatabasePool(path: path, configuration: configuration)
            database = pool
            guard try !pool.read(Migrations.all.hasBeenSuperseded) else {
                throw StoreError.unavailable("cannot open \(path): it was written by a later release")
            }
            try Migrations.all.migrate(pool)
            // The reader that looked at the migrations knows the tables as they were before them.
            pool.invalidateReadOnlyConnections()
            // The pool eases this while it turns the journal to WAL; an acknowledged write must survive a power cut.
            try database.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = FULL")
                // New rows come to leaves all over the indexes of names and of what they are about: 8 MiB of them stay at hand.
                try db.execute(sql: "PRAGMA cache_size = -8192")
            }
            writer = GroupingWriter(database, try Checkpointer(of: pool, path: path), runsOnce: runsOnce)
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError.unavailable("cannot open \(path): \(error)")
        }
    }

    /// An empty store in memory.
    public init() throws {
        do {
            database = try DatabaseQueue(configuration: Self.configuration)
            try Migrations.all.migrate(database)
        } catch {
            throw StoreError.unavailable("cannot open a database in memory: \(error)")
        }
        writer = GroupingWriter(database)
    }

    /// Connections share no locks: each has one thread at a time.
    private static let libraryIsSet: Void = sqlite_config_lone_connections()

    private static var configuration: Configuration {
        libraryIsSet
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
        }
        return configuration
    }

    public var state: UInt64? { writer.stateNumber }

    public func read<T: Sendable>(_ body: @escaping @Sendable (any ReadTransaction) throws -> T) async throws -> T {
        try readNow(body)
    }

    /// On the caller's thread: a page is read sooner than another thread is woken, and readers wait for nobody.
    public func readNow<T>(_ body: (any ReadTransaction) throws -> T) throws -> T {
        do {
            return try database.unsafeRead { db in
                let transaction = SQLiteTransaction(db: db)
                // As `read` does, by statements that are compiled once, and without a look at the schema's version: no
                // schema changes while the store is open.
                try transaction.run("BEGIN")
                do {
                    let value = try body(transaction)
                    try transaction.run("COMMIT")
                    return value
                } catch {
                    if db.isInsideTransaction { try transaction.run("ROLLBACK") }
                    throw error
                }
            }
        } catch let error as DatabaseError { throw StoreError.unavailable("\(error)") }
    }

    public func write<T: Sendable>(_ body: @escaping @Sendable (any WriteTransaction) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let box = ResultBox<T>()
            writer.submit(
                .init(
                    run: { db in
                        let value = try body(SQLiteTransaction(db: db))
                        box.value.withLock { $0 = value }
                    },
                    finish: { error in
                        if let error = error as? DatabaseError {
                            continuation.resume(throwing: StoreError.unavailable("\(error)"))
                        } else if let error {
                            continuation.resume(throwing: error)
                        } else if let value = box.value.withLock({ $0 }) {
                            continuation.resume(returning: value)
                        } else {
                            continuation.resume(throwing: StoreError.unavailable("a write ended without a result"))
                        }
                    }))
        }
    }
}

/// Carries a write's value from its run to the moment its COMMIT is durable.
private final class ResultBox<T: Sendable>: Sendable {
    let value = Mutex<T?>(nil)
}
