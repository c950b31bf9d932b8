import GRDB
import Model

extension SQLiteTransaction {
    func audit(_ entry: AuditEntry) throws {
        try run(
            """
            INSERT INTO audit (at, requestID, accountID, region, accessKeyID, action, outcome, resources)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(entry.at), .text(entry.requestID), .text(entry.accountID), .text(entry.region),
                .text(entry.accessKeyID), .text(entry.action), .text(entry.outcome), .text(entry.resources),
            ])
    }

    func auditRows(_ query: AuditQuery) throws -> [AuditRow] {
        var sql = """
            SELECT sequence, at, requestID, accountID, region, accessKeyID, action, outcome, resources FROM audit
            WHERE accountID = ?
            """
        var arguments: StatementArguments = [query.accountID]
        func add(_ condition: String, _ value: (any DatabaseValueConvertible)?) {
            guard let value else { return }
            sql += " AND " + condition
            arguments += [value]
        }
        add("accessKeyID = ?", query.accessKeyID)
        add("action = ?", query.action)
        add("outcome = ?", query.outcome)
        add("instr(' ' || resources || ' ', ' ' || ? || ' ') > 0", query.resource)
        add("at >= ?", query.since)
        add("sequence < ?", query.before)
        sql += " ORDER BY sequence DESC LIMIT \(query.limit)"
        return try GRDB.Row.fetchAll(db, sql: sql, arguments: arguments).map { row in
            // A damaged row throws.
            try AuditRow(
                sequence: row.decode(atIndex: 0),
                entry: AuditEntry(
                    at: row.decode(atIndex: 1), requestID: row.decode(atIndex: 2), accountID: row.decode(atIndex: 3),
                    region: row.decode(atIndex: 4), accessKeyID: row.decode(atIndex: 5),
                    action: row.decode(atIndex: 6), outcome: row.decode(atIndex: 7),
                    resources: row.decode(atIndex: 8)))
        }
    }

    func raise(counter name: String) throws -> Int64 {
        try Int64.fetchOne(
            db,
            sql: """
                INSERT INTO counter (name, value) VALUES (?, 1)
                ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value
                """, arguments: [name]) ?? 1
    }

    /// What a reset leaves: who may call, where it runs, what was done.
    private static let kept: Set<String> = ["account", "accessKey", "accessPolicy", "host", "audit", "tally"]

    func deleteResources(ofAccount accountID: String) throws -> Int {
        // Read from the schema: a table that is new is not forgotten.
        let tables = try String.fetchAll(
            db,
            sql: """
                SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c ON c.name = 'accountID'
                WHERE m.type = 'table' ORDER BY m.name
                """)
        var deleted = 0
        for table in tables where !Self.kept.contains(table) {
            try db.execute(
                sql: "DELETE FROM \(table.quotedDatabaseIdentifier) WHERE accountID = ?", arguments: [accountID])
            deleted += db.changesCount
        }
        return deleted
    }
}
