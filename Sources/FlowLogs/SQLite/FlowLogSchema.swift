import GRDB

/// Tables of the flow record file. Migrations are numbered and never change once released.
///
/// `open_window` and `open_flow` gather slices. Closing a window moves what the view `open_record` makes of it to
/// `record`, which only grows and is cut: its `id` is the order in which records became visible.
/// IPv4 addresses are integers and IPv6 addresses 16-byte blobs, so ranges of one family never hold the other.
enum FlowLogSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { try $0.execute(sql: first) }
        return migrator
    }

    private static let first = """
        CREATE TABLE agent (
            id INTEGER PRIMARY KEY,
            agent_id TEXT NOT NULL UNIQUE,
            -- All slices that begin before this have come (Unix milliseconds).
            watermark INTEGER NOT NULL,
            heard_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE spool (
            id INTEGER PRIMARY KEY,
            agent INTEGER NOT NULL REFERENCES agent (id) ON DELETE CASCADE,
            spool_id TEXT NOT NULL,
            acknowledged INTEGER NOT NULL,
            UNIQUE (agent, spool_id)
        ) STRICT;

        -- Numbers at or below spool.acknowledged that have not come.
        CREATE TABLE missing_batch (
            spool INTEGER NOT NULL REFERENCES spool (id) ON DELETE CASCADE,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            PRIMARY KEY (spool, first)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE stream (
            id INTEGER PRIMARY KEY,
            account_id TEXT NOT NULL,
            flow_log_id TEXT NOT NULL,
            network_interface_id TEXT NOT NULL,
            UNIQUE (account_id, flow_log_id, network_interface_id)
        ) STRICT;
        CREATE INDEX stream_by_flow_log ON stream (flow_log_id);
        CREATE INDEX stream_by_network_interface ON stream (network_interface_id);

        -- Which agents send slices for a stream.
        CREATE TABLE feed (
            stream INTEGER NOT NULL REFERENCES stream (id) ON DELETE CASCADE,
            agent INTEGER NOT NULL REFERENCES agent (id) ON DELETE CASCADE,
            heard_at INTEGER NOT NULL,
            PRIMARY KEY (stream, agent)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX feed_by_agent ON feed (agent);

        CREATE TABLE open_window (
            id INTEGER PRIMARY KEY,
            stream INTEGER NOT NULL REFERENCES stream (id),
            window_start INTEGER NOT NULL,
            window_end INTEGER NOT NULL,
            has_traffic INTEGER NOT NULL,
            lost_packets INTEGER NOT NULL,
            lost_bytes INTEGER NOT NULL,
            lost_causes INTEGER NOT NULL,
            UNIQUE (stream, window_start, window_end)
        ) STRICT;
        CREATE INDEX open_window_by_end ON open_window (window_end);

        CREATE TABLE open_flow (
            window INTEGER NOT NULL REFERENCES open_window (id),
            direction INTEGER NOT NULL,
            transport INTEGER NOT NULL,
            source ANY NOT NULL,
            destination ANY NOT NULL,
            source_port INTEGER NOT NULL,
            destination_port INTEGER NOT NULL,
            tcp_flags INTEGER NOT NULL,
            accepted_packets INTEGER NOT NULL,
            accepted_bytes INTEGER NOT NULL,
            rejected_packets INTEGER NOT NULL,
            rejected_bytes INTEGER NOT NULL,
            -- 1: accepted, 2: rejected counts are larger than fits.
            saturated INTEGER NOT NULL,
            PRIMARY KEY (window, direction, transport, source, destination, source_port, destination_port)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE record (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            stream INTEGER NOT NULL REFERENCES stream (id),
            window_start INTEGER NOT NULL,
            window_end INTEGER NOT NULL,
            status INTEGER NOT NULL,
            direction INTEGER,
            transport INTEGER,
            source ANY,
            destination ANY,
            source_port INTEGER,
            destination_port INTEGER,
            tcp_flags INTEGER,
            action INTEGER,
            packets INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            -- OK: 1 when saturated; SKIPDATA: causes.
            mark INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX record_by_end ON record (window_end);
        CREATE INDEX record_by_stream ON record (stream, window_end);

        CREATE TABLE counter (
            name TEXT PRIMARY KEY,
            value INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE VIEW open_record AS
        SELECT w.id AS window, w.stream, w.window_start, w.window_end, 0 AS status, f.direction, f.transport,
            f.source, f.destination, f.source_port, f.destination_port, f.tcp_flags, 0 AS action,
            f.accepted_packets AS packets, f.accepted_bytes AS bytes, f.saturated & 1 AS mark
        FROM open_window w CROSS JOIN open_flow f ON f.window = w.id
        WHERE f.accepted_packets > 0 OR f.accepted_bytes > 0
        UNION ALL
        SELECT w.id, w.stream, w.window_start, w.window_end, 0, f.direction, f.transport, f.source, f.destination,
            f.source_port, f.destination_port, f.tcp_flags, 1, f.rejected_packets, f.rejected_bytes,
            f.saturated >> 1 & 1
        FROM open_window w CROSS JOIN open_flow f ON f.window = w.id
        WHERE f.rejected_packets > 0 OR f.rejected_bytes > 0
        UNION ALL
        SELECT id, stream, window_start, window_end, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0
        FROM open_window WHERE has_traffic = 0 AND lost_causes = 0
        UNION ALL
        SELECT id, stream, window_start, window_end, 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
            lost_packets, lost_bytes, lost_causes
        FROM open_window WHERE lost_causes <> 0;
        """
}
