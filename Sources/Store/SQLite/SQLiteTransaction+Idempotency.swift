import GRDB

extension SQLiteTransaction {
    func idempotencyRecord(_ key: IdempotencyKey) throws -> IdempotencyRecord? {
        try GRDB.Row.fetchOne(
            kept(
                """
                SELECT argumentsHash, result, createdAt FROM idempotency
                WHERE accountID = ? AND region = ? AND action = ? AND token = ?
                """),
            arguments: [key.accountID, key.region, key.action, key.token]
        ).map { row in
            // A damaged row throws.
            try IdempotencyRecord(
                argumentsHash: row.decode(atIndex: 0), result: row.decode(atIndex: 1),
                createdAt: row.decode(atIndex: 2))
        }
    }

    func insert(_ record: IdempotencyRecord, at key: IdempotencyKey) throws {
        try kept(
            """
            INSERT OR REPLACE INTO idempotency
            (accountID, region, action, token, argumentsHash, result, createdAt) VALUES (?, ?, ?, ?, ?, ?, ?)
            """
        ).execute(
            arguments: [
                key.accountID, key.region, key.action, key.token, record.argumentsHash, record.result,
                record.createdAt,
            ])
    }

    func expireIdempotencyRecords(before: Int64) throws {
        try kept("DELETE FROM idempotency WHERE createdAt < ?").execute(arguments: [before])
    }
}
