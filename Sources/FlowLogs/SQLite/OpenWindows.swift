import FoundationEssentials
import GRDB
import Model
import Packet

/// The running windows, within one transaction: finds or makes their rows and adds to them.
struct OpenWindows {
    private struct StreamKey: Hashable {
        var flowLogID: String
        var networkInterfaceID: String
    }

    private struct WindowKey: Hashable {
        var stream: Int64
        var window: FlowWindow
    }

    private let db: Database
    private var streams: [StreamKey: Int64] = [:]
    private var windows: [WindowKey: Int64] = [:]
    private var feeds: Set<Int64> = []
    private var upsert: Statement?

    init(_ db: Database) { self.db = db }

    /// Row of the flow log's records of one ENI.
    mutating func stream(_ log: FlowLogSettings, _ networkInterfaceID: String) throws -> Int64 {
        let key = StreamKey(flowLogID: log.flowLogID, networkInterfaceID: networkInterfaceID)
        if let id = streams[key] { return id }
        let names: StatementArguments = [log.accountID, log.flowLogID, networkInterfaceID]
        let id = try Self.row(
            db, names,
            find: "SELECT id FROM stream WHERE account_id = ? AND flow_log_id = ? AND network_interface_id = ?",
            make: "INSERT INTO stream (account_id, flow_log_id, network_interface_id) VALUES (?, ?, ?)")
        streams[key] = id
        return id
    }

    mutating func addFeed(stream: Int64, agent: Int64, now: Int64) throws {
        guard feeds.insert(stream).inserted else { return }
        let sql = """
            INSERT INTO feed (stream, agent, heard_at) VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET heard_at = excluded.heard_at
            """
        try db.cachedStatement(sql: sql).execute(arguments: [stream, agent, now])
    }

    /// Streams the agent has sent slices for since then, with their flow logs.
    func streams(agent: Int64, since: Int64) throws -> [(stream: Int64, flowLogID: String)] {
        let sql = """
            SELECT s.id, s.flow_log_id FROM feed f JOIN stream s ON s.id = f.stream
            WHERE f.agent = ? AND f.heard_at >= ?
            """
        return try Row.fetchAll(db, sql: sql, arguments: [agent, since]).compactMap { row in
            guard let stream = Int64.fromDatabaseValue(row[0]), let log = String.fromDatabaseValue(row[1]) else {
                return nil
            }
            return (stream, log)
        }
    }

    private mutating func row(_ stream: Int64, _ window: FlowWindow) throws -> Int64 {
        let key = WindowKey(stream: stream, window: window)
        if let id = windows[key] { return id }
        let bounds: StatementArguments = [stream, window.start, window.end]
        let id = try Self.row(
            db, bounds,
            find: "SELECT id FROM open_window WHERE stream = ? AND window_start = ? AND window_end = ?",
            make: """
                INSERT INTO open_window
                    (stream, window_start, window_end, has_traffic, lost_packets, lost_bytes, lost_causes)
                VALUES (?, ?, ?, 0, 0, 0, 0)
                """)
        windows[key] = id
        return id
    }

    private static func row(_ db: Database, _ key: StatementArguments, find: String, make: String) throws -> Int64 {
        if let id = try Int64.fetchOne(db.cachedStatement(sql: find), arguments: key) { return id }
        try db.cachedStatement(sql: make).execute(arguments: key)
        return db.lastInsertedRowID
    }

    /// Makes sure of the window, and notes whether anything crossed.
    mutating func touch(_ stream: Int64, _ window: FlowWindow, hasTraffic: Bool) throws {
        let id = try row(stream, window)
        guard hasTraffic else { return }
        try db.cachedStatement(sql: "UPDATE open_window SET has_traffic = 1 WHERE id = ? AND has_traffic = 0")
            .execute(arguments: [id])
    }

    mutating func addLoss(
        _ lost: LostCount, _ causes: FlowLoss.Causes, _ stream: Int64, _ window: FlowWindow
    ) throws {
        let id = try row(stream, window)
        let marked = lost.isSaturated ? causes.union(.countOverflow) : causes
        try db.cachedStatement(sql: Self.lossSQL)
            .execute(arguments: [
                "id": id, "packets": lost.packets.value, "bytes": lost.bytes.value, "causes": marked.rawValue,
                "overflow": FlowLoss.Causes.countOverflow.rawValue,
            ])
    }

    private static let lossSQL = """
        UPDATE open_window SET
            lost_causes = lost_causes | :causes
                | iif(lost_packets > 9223372036854775807 - :packets OR lost_bytes > 9223372036854775807 - :bytes,
                    :overflow, 0),
            lost_packets = min(lost_packets, 9223372036854775807 - :packets) + :packets,
            lost_bytes = min(lost_bytes, 9223372036854775807 - :bytes) + :bytes
        WHERE id = :id
        """

    /// Adds the entry to its flow in the window.
    mutating func add(_ entry: FlowEntry, _ stream: Int64, _ window: FlowWindow) throws {
        let known = windows[WindowKey(stream: stream, window: window)]
        let id: Int64
        if let known {
            id = known
        } else {
            id = try row(stream, window)
            try touch(stream, window, hasTraffic: true)
        }
        let statement = try upsert ?? db.cachedStatement(sql: Self.upsertSQL)
        upsert = statement
        let accepted = (StoredCount(entry.acceptedPackets), StoredCount(entry.acceptedBytes))
        let rejected = (StoredCount(entry.rejectedPackets), StoredCount(entry.rejectedBytes))
        let saturated: Int64 =
            (accepted.0.isSaturated || accepted.1.isSaturated ? 1 : 0)
            | (rejected.0.isSaturated || rejected.1.isSaturated ? 2 : 0)
        let arguments: [DatabaseValue] = [
            id.databaseValue, Int64(entry.direction.rawValue).databaseValue, Int64(entry.transport).databaseValue,
            entry.source.stored, entry.destination.stored, Int64(entry.sourcePort).databaseValue,
            Int64(entry.destinationPort).databaseValue, Int64(entry.tcpFlags).databaseValue,
            accepted.0.value.databaseValue, accepted.1.value.databaseValue, rejected.0.value.databaseValue,
            rejected.1.value.databaseValue, saturated.databaseValue,
        ]
        statement.setUncheckedArguments(StatementArguments(arguments))
        try statement.execute()
    }

    // Counts are not negative, so `min(a, max - b) + b` is the sum, or the largest number.
    private static let upsertSQL = """
        INSERT INTO open_flow
            (window, direction, transport, source, destination, source_port, destination_port, tcp_flags,
            accepted_packets, accepted_bytes, rejected_packets, rejected_bytes, saturated)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET
            tcp_flags = tcp_flags | excluded.tcp_flags,
            saturated = saturated | excluded.saturated
                | (accepted_packets > 9223372036854775807 - excluded.accepted_packets
                    OR accepted_bytes > 9223372036854775807 - excluded.accepted_bytes)
                | ((rejected_packets > 9223372036854775807 - excluded.rejected_packets
                    OR rejected_bytes > 9223372036854775807 - excluded.rejected_bytes) << 1),
            accepted_packets = min(accepted_packets, 9223372036854775807 - excluded.accepted_packets)
                + excluded.accepted_packets,
            accepted_bytes = min(accepted_bytes, 9223372036854775807 - excluded.accepted_bytes)
                + excluded.accepted_bytes,
            rejected_packets = min(rejected_packets, 9223372036854775807 - excluded.rejected_packets)
                + excluded.rejected_packets,
            rejected_bytes = min(rejected_bytes, 9223372036854775807 - excluded.rejected_bytes)
                + excluded.rejected_bytes
        """
}
