import GRDB

extension SQLiteTransaction {
    func idempotencyRecord(_ key: IdempotencyKey) throws -> IdempotencyRecord? {
        try GRDB.Row.fetchOne(
            db,
            sql: """
                SELECT argumentsHash, result, createdAt FROM idempotency
                WHERE accountID = ? AND region = ? AND action = ? AND token = ?
                """,
            arguments: [key.accountID, key.region, key.action, key.token]
        ).map { row in
            // A damaged row throws.
            try IdempotencyRecord(
                argumentsHash: row.decode(atIndex: 0), result: row.decode(atIndex: 1),
                createdAt: row.decode(atIndex: 2))
        }
    }

    func insert(_ record: IdempotencyRecord, at key: IdempotencyKey) throws {
        try db.execute(
            sql: """
                INSERT OR REPLACE INTO idempotency
                (accountID, region, action, token, argumentsHash, result, createdAt) VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                key.accountID, key.region, key.action, key.token, record.argumentsHash, record.result,
                record.createdAt,
            ])
    }

    func expireIdempotencyRecords(before: Int64) throws {
        try db.execute(sql: "DELETE FROM idempotency WHERE createdAt < ?", arguments: [before])
    }
}
