import GRDB

/// Which batches of an agent's spool have come: the number below which all came or are known to be missing.
struct BatchLedger {
    enum Arrival: Equatable {
        /// It was there already.
        case repeated
        /// One of the missing ones, found after all.
        case found
        /// A new one; so many numbers before it did not come, or the agent has another spool than before. `overlaps`:
        /// it sums up numbers of which some came before, which no agent does.
        case next(missing: Int64, spoolReplaced: Bool, overlaps: Bool)
    }

    /// Missing ranges remembered per spool; a batch of a forgotten range stays lost.
    private static let missingLimit = 1024
    /// Spools remembered per agent.
    private static let spoolLimit = 64

    private let db: Database
    private let sequence: Int64
    private let first: Int64
    private let now: Int64
    /// Row of the agent, and of its spool.
    let agent: Int64
    private let spool: Int64
    private let spoolReplaced: Bool
    private let acknowledgedBefore: Int64
    /// All the agent's slices that began before this had come (Unix milliseconds); `nil` when it had sent none.
    let watermark: Int64?
    /// When the agent was heard before (Unix seconds); `nil` for an unknown one.
    let heardBefore: Int64?

    /// Finds or makes the rows of agent and spool.
    init(_ db: Database, batch: FlowBatch, now: Int64) throws {
        self.db = db
        self.now = now
        sequence = Int64(clamping: batch.sequence)
        first = Int64(clamping: batch.firstSequence)
        let known = try Row.fetchOne(
            db, sql: "SELECT id, watermark, heard_at FROM agent WHERE agent_id = ?", arguments: [batch.agentID])
        if let known, let id = Int64.fromDatabaseValue(known[0]) {
            agent = id
            watermark = Int64.fromDatabaseValue(known[1]).flatMap { $0 > 0 ? $0 : nil }
            heardBefore = Int64.fromDatabaseValue(known[2]).flatMap { $0 >= 0 ? $0 : nil } ?? now
        } else {
            try db.execute(
                sql: "INSERT INTO agent (agent_id, watermark, heard_at) VALUES (?, 0, ?)",
                arguments: [batch.agentID, now])
            agent = db.lastInsertedRowID
            watermark = nil
            heardBefore = nil
        }
        let row = try Row.fetchOne(
            db, sql: "SELECT id, acknowledged FROM spool WHERE agent = ? AND spool_id = ?",
            arguments: [agent, batch.spoolID.description])
        if let row, let id = Int64.fromDatabaseValue(row[0]), let acknowledged = Int64.fromDatabaseValue(row[1]) {
            guard acknowledged >= 0 else { throw FlowLogError.damaged("spool \(id)") }
            spool = id
            acknowledgedBefore = acknowledged
            spoolReplaced = false
        } else {
            try db.execute(
                sql: "INSERT INTO spool (agent, spool_id, acknowledged) VALUES (?, ?, 0)",
                arguments: [agent, batch.spoolID.description])
            spool = db.lastInsertedRowID
            acknowledgedBefore = 0
            spoolReplaced = heardBefore != nil
            try db.execute(
                sql: """
                    DELETE FROM spool WHERE agent = ?1 AND id <=
                        (SELECT id FROM spool WHERE agent = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)
                    """, arguments: [agent, Self.spoolLimit])
        }
    }

    /// The number up to which the agent may forget, once the batch is in.
    var acknowledged: Int64 { max(acknowledgedBefore, sequence) }

    /// Says what the batch is. Writes down which numbers are missing before it, or that it is missing no more.
    func arrive() throws -> Arrival {
        guard sequence <= acknowledgedBefore else {
            let missing = max(0, first - acknowledgedBefore - 1)
            if missing > 0 { try remember(first: acknowledgedBefore + 1, last: first - 1) }
            return .next(missing: missing, spoolReplaced: spoolReplaced, overlaps: first <= acknowledgedBefore)
        }
        let row = try Row.fetchOne(
            db, sql: "SELECT first, last FROM missing_batch WHERE spool = ? AND first <= ? ORDER BY first DESC LIMIT 1",
            arguments: [spool, sequence])
        guard let row, let first = Int64.fromDatabaseValue(row[0]), let last = Int64.fromDatabaseValue(row[1]),
            first <= self.first, sequence <= last
        else { return .repeated }
        try db.execute(sql: "DELETE FROM missing_batch WHERE spool = ? AND first = ?", arguments: [spool, first])
        if first < self.first { try remember(first: first, last: self.first - 1) }
        if sequence < last { try remember(first: sequence + 1, last: last) }
        return .found
    }

    private func remember(first: Int64, last: Int64) throws {
        try db.execute(
            sql: "INSERT INTO missing_batch (spool, first, last) VALUES (?, ?, ?)", arguments: [spool, first, last])
        try db.execute(
            sql: """
                DELETE FROM missing_batch WHERE spool = ?1 AND first <=
                    (SELECT first FROM missing_batch WHERE spool = ?1 ORDER BY first DESC LIMIT 1 OFFSET ?2)
                """, arguments: [spool, Self.missingLimit])
    }

    /// Makes the batch the last one that came. `instant`: all that was counted before it has come (Unix milliseconds).
    func advance(through instant: Int64?) throws {
        try db.execute(sql: "UPDATE spool SET acknowledged = ? WHERE id = ?", arguments: [sequence, spool])
        try db.execute(
            sql: "UPDATE agent SET watermark = coalesce(?, watermark), heard_at = ? WHERE id = ?",
            arguments: [instant, now, agent])
    }
}
