import GRDB

/// Turns windows whose time has come into records, inside a transaction.
struct FlowWindowCloser {
    private let db: Database
    private let graceSeconds: Int64
    private let now: Int64

    init(_ db: Database, _ configuration: FlowLogConfiguration, now: Int64) {
        self.db = db
        graceSeconds = Int64(configuration.graceSeconds)
        self.now = min(max(now, 0), FlowWindow.latestMilliseconds / 1000)
    }

    /// Closes at most `limit` windows, oldest first, and returns how many.
    func close(limit: Int) throws -> Int {
        let due = try Int64.fetchAll(
            db.cachedStatement(sql: Self.dueSQL),
            arguments: ["now": now, "grace": graceSeconds, "limit": limit])
        for window in due {
            try db.cachedStatement(sql: Self.moveSQL).execute(arguments: [window])
            try db.cachedStatement(sql: "DELETE FROM open_flow WHERE window = ?").execute(arguments: [window])
            try db.cachedStatement(sql: "DELETE FROM open_window WHERE id = ?").execute(arguments: [window])
        }
        return due.count
    }

    // An agent heard within the grace and still behind the window's end has more to send, be it hours late. Without
    // such a one the window closes when an agent has passed it, or when the grace is over.
    static let dueSQL = """
        SELECT w.id FROM open_window w
        WHERE w.window_end <= max(:now - :grace, (SELECT coalesce(max(watermark), 0) / 1000 FROM agent))
            AND NOT EXISTS (
                SELECT 1 FROM feed f JOIN agent a ON a.id = f.agent
                WHERE f.stream = w.stream AND a.watermark < w.window_end * 1000 AND a.heard_at > :now - :grace)
            AND (w.window_end <= :now - :grace OR EXISTS (
                SELECT 1 FROM feed f JOIN agent a ON a.id = f.agent
                WHERE f.stream = w.stream AND a.watermark >= w.window_end * 1000))
        ORDER BY w.window_end, w.id LIMIT :limit
        """

    static let moveSQL = """
        INSERT INTO record (stream, window_start, window_end, status, direction, transport, source, destination,
            source_port, destination_port, tcp_flags, action, packets, bytes, mark)
        SELECT stream, window_start, window_end, status, direction, transport, source, destination,
            source_port, destination_port, tcp_flags, action, packets, bytes, mark
        FROM open_record WHERE window = ?
        """
}
