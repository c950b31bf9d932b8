import GRDB

/// Tables of the catalogue. Migrations are numbered and never change once released.
enum FlowCatalogueSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { try $0.execute(sql: first) }
        return migrator
    }

    private static let first = """
        -- Generations whose journal is no longer needed; those with records have a file.
        CREATE TABLE sealed (
            generation INTEGER PRIMARY KEY,
            first_record INTEGER NOT NULL,
            records INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            -- 1: the file is to be removed, 2: it is removed.
            is_doomed INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE row_group (
            generation INTEGER NOT NULL,
            position INTEGER NOT NULL,
            records INTEGER NOT NULL,
            -- Unix seconds of the first and the last window end.
            first_end INTEGER NOT NULL,
            last_end INTEGER NOT NULL,
            PRIMARY KEY (generation, position)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE stream (
            id INTEGER PRIMARY KEY,
            account_id TEXT NOT NULL,
            flow_log_id TEXT NOT NULL,
            network_interface_id TEXT NOT NULL,
            UNIQUE (account_id, flow_log_id, network_interface_id)
        ) STRICT;

        -- Sums of the windows that ended within the minute that begins after `minute` (Unix seconds).
        CREATE TABLE total (
            generation INTEGER NOT NULL,
            minute INTEGER NOT NULL,
            stream INTEGER NOT NULL,
            -- 0: accepted, 1: rejected, 2: NODATA, 3: SKIPDATA.
            kind INTEGER NOT NULL,
            records INTEGER NOT NULL,
            packets INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            -- 1: some count is larger, or not known.
            is_inexact INTEGER NOT NULL,
            PRIMARY KEY (generation, minute, stream, kind)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX total_by_minute ON total (minute);

        -- Sums of a file by one field of its traffic.
        CREATE TABLE top (
            generation INTEGER NOT NULL,
            account_id TEXT NOT NULL,
            -- 0: source, 1: destination, 2: transport and destination port.
            field INTEGER NOT NULL,
            -- 0: accepted, 1: rejected.
            action INTEGER NOT NULL,
            -- An address in text form, or transport * 65536 + port.
            value ANY NOT NULL,
            records INTEGER NOT NULL,
            packets INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            PRIMARY KEY (generation, account_id, field, action, value)
        ) STRICT, WITHOUT ROWID;

        -- Where there were too many values to keep sums of: the file must be read.
        CREATE TABLE top_gap (
            generation INTEGER NOT NULL,
            account_id TEXT NOT NULL,
            field INTEGER NOT NULL,
            PRIMARY KEY (generation, account_id, field)
        ) STRICT, WITHOUT ROWID;

        -- Records of the account up to this number are deleted; their space goes with their files.
        CREATE TABLE deleted (
            account_id TEXT PRIMARY KEY,
            through INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE damage (
            id INTEGER PRIMARY KEY,
            file TEXT NOT NULL,
            place TEXT NOT NULL,
            what TEXT NOT NULL,
            found_at INTEGER NOT NULL,
            UNIQUE (file, place, what)
        ) STRICT;

        CREATE TABLE counter (
            name TEXT PRIMARY KEY,
            value INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
