#pragma once

// Of sqlite3.h, which GRDB has in a module of its own.
int sqlite3_config(int, ...);

/// Sets what SQLite does for all connections; to be called before the first is opened, and of no effect later. Swift
/// calls no C function of variable arguments.
static inline void sqlite_config_lone_connections(void) {
    // SQLITE_CONFIG_MULTITHREAD: a connection is used by one thread at a time, as GRDB sees to, and needs no lock.
    sqlite3_config(2);
    // SQLITE_CONFIG_MEMSTATUS off: no sum of all memory, which every thread would lock for every piece.
    sqlite3_config(9, 0);
}
