#if DEBUG
import Foundation
import GRDB
import Model
import Testing

@testable import Store

/// What only the storage itself can show: how it syncs, what happens on a full disk.
@Suite struct StorageTests {
    private static func write<T: Sendable>(
        _ store: SQLiteStore, _ body: @escaping @Sendable (Database) throws -> T
    ) async throws -> T {
        try await store.write { tx in try body(#require(tx as? SQLiteTransaction).db) }
    }

    @Test func `every commit is synced`() async throws {
        try await withDirectory { directory in
            let store = try SQLiteStore(path: directory + "/weir.sqlite")
            let (synchronous, journal, keys) = try await Self.write(store) { db in
                (
                    try Int.fetchOne(db, sql: "PRAGMA synchronous"),
                    try String.fetchOne(db, sql: "PRAGMA journal_mode"),
                    try Bool.fetchOne(db, sql: "PRAGMA foreign_keys")
                )
            }
            #expect(synchronous == 2 && journal == "wal" && keys == true)
        }
    }

    @Test func `a full disk refuses writes, keeps what was there, and heals`() async throws {
        try await withDirectory { directory in
            let store = try SQLiteStore(path: directory + "/weir.sqlite")
            try await store.write { tx in try tx.insert(Samples.vpc("vpc-before")) }
            try await Self.write(store) { db in
                let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
                try db.execute(sql: "PRAGMA max_page_count = \(pages + 8)")
            }
            // Big and small writes together: what is told done is there, what is told refused is not.
            let told = await withTaskGroup(of: (String, Bool).self) { group in
                for number in 0..<60 {
                    let id = "vpc-\(number)"
                    let name = String(repeating: "n", count: number % 2 == 0 ? 20_000 : 1)
                    group.addTask {
                        do {
                            try await store.write { tx in try tx.insert(Samples.vpc(id, name: name)) }
                            return (id, true)
                        } catch {
                            guard case StoreError.unavailable(let why)? = error as? StoreError else {
                                Issue.record("\(error)")
                                return (id, false)
                            }
                            #expect(!why.contains(name) || name.count == 1)
                            return (id, false)
                        }
                    }
                }
                return await group.reduce(into: [String: Bool]()) { $0[$1.0] = $1.1 }
            }
            let rows = try await store.read { tx in
                Set(try tx.list(ListQuery<Vpc>(), in: Samples.here).items.map(\.id.rawValue))
            }
            #expect(told.values.contains(false))
            #expect(rows == Set(told.filter(\.value).map(\.key)).union(["vpc-before"]))
            try await Self.write(store) { db in try db.execute(sql: "PRAGMA max_page_count = 1073741823") }
            try await store.write { tx in try tx.insert(Samples.vpc("vpc-after")) }
        }
    }

    @Test func `an audited call is a row`() async throws {
        let store = try SQLiteStore()
        let entry = AuditEntry(
            at: 7, requestID: "r", accountID: "1", region: "x", accessKeyID: "AK", action: "CreateVpc", outcome: "OK")
        try await store.write { tx in try tx.audit(entry) }
        let rows = try await Self.write(store) { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM audit WHERE at = 7 AND requestID = 'r' AND accountID = '1' AND region = 'x'
                    AND accessKeyID = 'AK' AND action = 'CreateVpc' AND outcome = 'OK'
                    """
            ).count
        }
        #expect(rows == 1)
    }
}
#endif
