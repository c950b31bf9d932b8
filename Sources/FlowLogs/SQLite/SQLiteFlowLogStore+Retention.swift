import GRDB

extension SQLiteFlowLogStore {
    /// Records deleted in one transaction, so that agents do not wait long.
    private static let chunk = 10_000
    /// Agents silent for longer are forgotten with their spools.
    private static let agentSeconds: Int64 = 90 * 86400

    @discardableResult
    public func delete(_ query: FlowQuery) async throws(FlowLogError) -> Int {
        try query.check()
        guard query.accountID != nil else { throw .invalidQuery("deleting needs the account") }
        return try await repeatedly { db in
            let filter = try FlowFilter(query, db)
            try db.execute(
                sql: "DELETE FROM record WHERE id IN (SELECT r.id FROM record r \(filter.clause()) LIMIT ?)",
                arguments: filter.arguments([Int64(Self.chunk)]))
            return db.changesCount
        }
    }

    @discardableResult
    public func expire(at now: Int64) async throws(FlowLogError) -> Int {
        let oldest = max(now, 0) - Int64(configuration.retentionSeconds)
        let limit = Int64(configuration.maximumRecords)
        var expired = try await repeatedly { db in
            try Self.expire(db, "window_end <= ? ORDER BY window_end", oldest)
        }
        // Numbers have gaps only where records were deleted: what lies this far back is surely too much.
        expired += try await repeatedly { db in
            try Self.expire(db, "id <= ? ORDER BY id", FlowSearch.lastRecord(db) - limit)
        }
        try await write { db in
            try db.execute(sql: "DELETE FROM agent WHERE heard_at < ?", arguments: [max(now, 0) - Self.agentSeconds])
            try db.execute(sql: "DELETE FROM feed WHERE heard_at < ?", arguments: [oldest])
            try db.execute(sql: Self.unusedStreamsSQL)
        }
        return expired
    }

    private static func expire(_ db: Database, _ condition: String, _ bound: Int64) throws -> Int {
        try db.execute(
            sql: "DELETE FROM record WHERE id IN (SELECT id FROM record WHERE \(condition) LIMIT ?)",
            arguments: [bound, chunk])
        var counters = FlowCounters()
        counters.expiredRecords = UInt64(db.changesCount)
        try counters.save(db)
        return Int(counters.expiredRecords)
    }

    private static let unusedStreamsSQL = """
        DELETE FROM stream WHERE NOT EXISTS (SELECT 1 FROM feed WHERE feed.stream = stream.id)
            AND NOT EXISTS (SELECT 1 FROM open_window WHERE open_window.stream = stream.id)
            AND NOT EXISTS (SELECT 1 FROM record WHERE record.stream = stream.id)
        """

    /// Deletes chunk by chunk until one is not full.
    private func repeatedly(_ step: @escaping @Sendable (Database) throws -> Int) async throws(FlowLogError) -> Int {
        var total = 0
        while true {
            let count = try await write(step)
            total += count
            if count < Self.chunk { return total }
        }
    }
}
