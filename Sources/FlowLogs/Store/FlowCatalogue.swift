import GRDB
import Glibc

/// What the store knows about its sealed files, in SQLite: files and their row groups, sums by minute, deleted
/// accounts, damage. Everything else is in journals and files.
struct FlowCatalogue: Sendable {
    let database: any DatabaseWriter

    /// Opens the catalogue, or makes it.
    /// - Throws: `newerSchema`, `storageFull`, `storage`.
    init(path: String) throws(FlowLogError) {
        // SQLite gives its journal the rights of the file.
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(path, errno) }
        close(descriptor)
        var settings = Configuration()
        settings.label = "flow-catalogue"
        settings.busyMode = .timeout(5)
        settings.maximumReaderCount = 4
        settings.prepareDatabase { db in try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON") }
        do {
            database = try DatabasePool(path: path, configuration: settings)
            let migrator = FlowCatalogueSchema.migrator
            guard try !database.read(migrator.hasBeenSuperseded) else { throw FlowLogError.newerSchema }
            try migrator.migrate(database)
            try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        } catch { throw FlowLogError(error) }
    }

    func write<T>(_ updates: (Database) throws -> T) throws(FlowLogError) -> T {
        do { return try database.write(updates) } catch { throw FlowLogError(error) }
    }

    func read<T>(_ value: (Database) throws -> T) throws(FlowLogError) -> T {
        do { return try database.read(value) } catch { throw FlowLogError(error) }
    }

    // MARK: Files

    /// Writes a sealed generation down, all of it or nothing. `file` is `nil` when it had no records.
    func seal(_ generation: Int64, _ file: File?, _ rollup: FlowRollup, damage: [FlowDamage], at now: Int64)
        throws(FlowLogError)
    {
        try write { db in
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO sealed (generation, first_record, records, bytes, is_doomed)
                    VALUES (?, ?, ?, ?, 0)
                    """,
                arguments: [generation, file?.firstRecord ?? 0, file?.records ?? 0, file?.bytes ?? 0])
            try Self.clear(generation, db)
            for (position, group) in (file?.rowGroups ?? []).enumerated() {
                try db.cachedStatement(
                    sql:
                        "INSERT INTO row_group (generation, position, records, first_end, last_end) VALUES (?, ?, ?, ?, ?)"
                ).execute(arguments: [
                    generation, position, group.records, group.ends.lowerBound, group.ends.upperBound,
                ])
            }
            try rollup.save(db, generation: generation)
            for one in damage { try one.save(db, at: now) }
        }
    }

    /// Chooses the files that are too old or too many and says so, before they go. Returns them with their records.
    func doom(endedThrough oldest: Int64, maximumRecords: Int64, maximumBytes: Int64) throws(FlowLogError) -> [File] {
        var records: Int64 = 0
        var bytes: Int64 = 0
        var end = Int64.max
        var doomed: [File] = []
        for file in try listing().files.reversed() {
            // Nobody knows the times of a lost file: it is as old as the one behind it.
            if file.damage == nil { end = file.ends.upperBound }
            if end > oldest {
                records = records.addingUpToMaximum(file.records)
                bytes = bytes.addingUpToMaximum(file.bytes)
                if records <= maximumRecords, bytes <= maximumBytes { continue }
            }
            doomed.append(file)
        }
        guard !doomed.isEmpty else { return [] }
        try write { db in
            for file in doomed {
                try db.execute(
                    sql: "UPDATE sealed SET is_doomed = 1 WHERE generation = ?", arguments: [file.generation])
                try Self.clear(file.generation, db)
            }
            try db.execute(
                sql: """
                    INSERT INTO counter (name, value) VALUES ('expiredRecords', ?)
                    ON CONFLICT DO UPDATE SET value = value + excluded.value
                    """, arguments: [doomed.reduce(0 as Int64) { $0.addingUpToMaximum($1.records) }])
        }
        return doomed
    }

    /// Takes away what belongs to a file.
    private static func clear(_ generation: Int64, _ db: Database) throws {
        for table in ["row_group", "total", "top", "top_gap"] {
            try db.execute(sql: "DELETE FROM \(table) WHERE generation = ?", arguments: [generation])
        }
    }

    /// Files that are to be removed.
    func doomed() throws(FlowLogError) -> [Int64] {
        try read { db in try Int64.fetchAll(db, sql: "SELECT generation FROM sealed WHERE is_doomed = 1") }
    }

    /// They are removed. For their numbers stay the newest generation, and those behind a file that is still there.
    func forget(_ generations: [Int64]) throws(FlowLogError) {
        guard !generations.isEmpty else { return }
        try write { db in
            for generation in generations {
                try db.execute(sql: "UPDATE sealed SET is_doomed = 2 WHERE generation = ?", arguments: [generation])
            }
            try db.execute(
                sql: """
                    DELETE FROM sealed WHERE is_doomed = 2 AND generation < (
                        SELECT coalesce(min(generation) FILTER (WHERE is_doomed < 2 AND records > 0), max(generation))
                        FROM sealed)
                    """)
            // An account whose deleted records are all gone.
            try db.execute(
                sql: """
                    DELETE FROM deleted WHERE through < coalesce(
                        (SELECT min(first_record) FROM sealed WHERE records > 0 AND is_doomed = 0), 0)
                    """)
        }
    }

    func expiredRecords() throws(FlowLogError) -> UInt64 {
        try read { db in
            UInt64(
                clamping: try Int64.fetchOne(db, sql: "SELECT value FROM counter WHERE name = 'expiredRecords'") ?? 0)
        }
    }

    /// Sums of a generation by kind, as they were sealed.
    func totals(_ generation: Int64) throws(FlowLogError) -> [UInt8: FlowRollup.Sum] {
        try read { db in
            var sums: [UInt8: FlowRollup.Sum] = [:]
            let rows = try Row.fetchCursor(
                db, sql: "SELECT kind, records, packets, bytes FROM total WHERE generation = ?", arguments: [generation]
            )
            while let row = try rows.next() {
                guard let kind: Int64 = row[0], let records: Int64 = row[1], let packets: Int64 = row[2],
                    let bytes: Int64 = row[3]
                else { continue }
                sums[UInt8(clamping: kind), default: FlowRollup.Sum()]
                    .add(UInt64(clamping: records), UInt64(clamping: packets), UInt64(clamping: bytes))
            }
            return sums
        }
    }

    /// What SQLite finds wrong with the catalogue.
    func integrity() throws(FlowLogError) -> [String] {
        try read { db in
            try String.fetchAll(db, sql: "PRAGMA integrity_check(20)").filter { $0 != "ok" }
        }
    }

    // MARK: Deleted accounts

    func deletedThrough() throws(FlowLogError) -> [String: Int64] {
        try read { db in
            var map: [String: Int64] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT account_id, through FROM deleted") {
                if let id: String = row[0], let through: Int64 = row[1] { map[id] = through }
            }
            return map
        }
    }

    func delete(accountID: String, through: Int64) throws(FlowLogError) {
        try write { db in
            try db.execute(
                sql: """
                    INSERT INTO deleted (account_id, through) VALUES (?, ?)
                    ON CONFLICT DO UPDATE SET through = max(through, excluded.through)
                    """, arguments: [accountID, through])
        }
    }

    // MARK: Damage

    func damage() throws(FlowLogError) -> [FlowDamage] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT file, place, what FROM damage ORDER BY id").compactMap { row in
                guard let file: String = row[0], let place: String = row[1], let what: String = row[2] else {
                    return nil
                }
                return FlowDamage(file: file, place: place, what: what)
            }
        }
    }

    func add(_ damage: [FlowDamage], at now: Int64) throws(FlowLogError) {
        guard !damage.isEmpty else { return }
        try write { db in for one in damage { try one.save(db, at: now) } }
    }
}

/// A part of the store's files that cannot be read.
public struct FlowDamage: Sendable, Hashable, Codable {
    /// Name of the file within the store's directory.
    public var file: String
    /// Where in it, e.g. `bytes 4096 to 8191`; empty for the whole file.
    public var place: String
    /// What is wrong, and what is missing because of it.
    public var what: String

    public init(file: String, place: String, what: String) {
        self.file = file
        self.place = place
        self.what = what
    }

    func save(_ db: Database, at now: Int64) throws {
        try db.execute(
            sql: "INSERT OR IGNORE INTO damage (file, place, what, found_at) VALUES (?, ?, ?, ?)",
            arguments: [file, place, what, now])
    }
}

extension Int64 {
    /// The sum of two numbers that are not below 0.
    fileprivate func addingUpToMaximum(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
