extension SQLiteTransaction {
    func idempotencyRecord(_ key: IdempotencyKey) throws -> IdempotencyRecord? {
        let found = try StatementRun(
            kept(
                """
                SELECT argumentsHash, result, createdAt FROM idempotency
                WHERE accountID = ? AND region = ? AND action = ? AND token = ?
                """), Self.values(key))
        guard try found.next() else { return nil }
        // A damaged row throws.
        return IdempotencyRecord(
            argumentsHash: try found.row.text(0), result: try found.row.text(1),
            createdAt: try found.row.integer(Int64.self, 2))
    }

    func insert(_ record: IdempotencyRecord, at key: IdempotencyKey) throws {
        try run(
            """
            INSERT OR REPLACE INTO idempotency
            (accountID, region, action, token, argumentsHash, result, createdAt) VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            Self.values(key) + [.text(record.argumentsHash), .text(record.result), .integer(record.createdAt)])
    }

    func expireIdempotencyRecords(before: Int64) throws {
        try run("DELETE FROM idempotency WHERE createdAt < ?", [.integer(before)])
    }

    private static func values(_ key: IdempotencyKey) -> [SQLValue] {
        [.text(key.accountID), .text(key.region), .text(key.action), .text(key.token)]
    }
}
