import GRDB

/// The schema of the store of intent, by numbered migrations that are never edited after a release.
enum Migrations {
    static var all: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 resources") { db in try db.execute(sql: resources) }
        migrator.registerMigration("2 network ACLs and budgets") { db in try db.execute(sql: networkACLs) }
        migrator.registerMigration("3 access") { db in try db.execute(sql: access) }
        migrator.registerMigration("4 load balancing and projects") { db in try db.execute(sql: loadBalancing) }
        migrator.registerMigration("5 speed") { db in try db.execute(sql: speed) }
        migrator.registerMigration("6 writes") { db in try db.execute(sql: writes) }
        return migrator
    }
}
