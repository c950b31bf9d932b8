#if DEBUG
import Foundation
import GRDB
import Model
import Testing

@testable import Store

/// What only the storage itself can show: how it syncs, what happens on a full disk, which indexes lists use.
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

    private static func plan<R: Resource>(_ query: ListQuery<R>, _ scope: Scope?) async throws -> String {
        let store = try SQLiteStore()
        return try await store.write { tx in
            let transaction = try #require(tx as? SQLiteTransaction)
            let (sql, arguments, _) = transaction.statement(of: query, in: scope)
            return try Row.fetchAll(transaction.db, sql: "EXPLAIN QUERY PLAN " + sql, arguments: arguments)
                .compactMap { String.fromDatabaseValue($0["detail"]) }.joined(separator: "\n")
        }
    }

    @Test func `the page of a list walks its index and sorts nothing`() async throws {
        func check<R: Resource>(_ query: ListQuery<R>, _ index: String) async throws {
            for page in [
                ListQuery<R>.Page.after(sequence: nil, limit: 10), .after(sequence: 99, limit: 10),
                .number(3, size: 10),
            ] {
                let plan = try await Self.plan(query.page(page), Samples.here)
                #expect(plan.contains("SEARCH \(R.table) USING INDEX \(index) (accountID=? AND region=?"), "\(plan)")
                #expect(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "\(plan)")
            }
        }
        func scope<R: Resource>(_ type: R.Type) async throws { try await check(ListQuery<R>(), "\(R.table)_scope") }
        try await scope(Vpc.self)
        try await scope(Subnet.self)
        try await scope(SecurityGroup.self)
        try await scope(NetworkInterface.self)
        try await scope(LoadBalancer.self)
        try await scope(TrafficMirrorTarget.self)
        try await scope(TrafficMirrorFilter.self)
        try await scope(TrafficMirrorSession.self)
        try await scope(FlowLog.self)
        try await scope(Listener.self)
        try await check(ListQuery<Listener>().filter("loadBalancerID", "b"), "listener_loadBalancerID")
        try await check(ListQuery<ServerGroup>().filter("loadBalancerID", "b"), "serverGroup_loadBalancerID")
        try await check(ListQuery<BackendServer>().filter("serverGroupID", "g"), "backendServer_serverGroupID")
        try await check(ListQuery<BackendServer>().filter("instanceID", "i"), "backendServer_instanceID")
        try await check(ListQuery<Subnet>().filter("vpcID", "v"), "subnet_vpcID")
        try await check(ListQuery<SecurityGroup>().filter("vpcID", "v"), "securityGroup_vpcID")
        try await check(ListQuery<SecurityGroupRule>().filter("groupID", "g"), "securityGroupRule_groupID")
        try await check(ListQuery<NetworkInterface>().filter("subnetID", "s"), "networkInterface_subnetID")
        try await check(ListQuery<NetworkInterface>().filter("instanceID", "i"), "networkInterface_instanceID")
        try await check(
            ListQuery<TrafficMirrorFilterRule>().filter("filterID", "f"), "trafficMirrorFilterRule_filterID")
        try await check(ListQuery<TrafficMirrorSession>().filter("targetID", "t"), "trafficMirrorSession_targetID")
        try await check(ListQuery<FlowLog>().filter("resourceID", "r"), "flowLog_resourceID")
    }

    @Test(arguments: [1, 10, 100])
    func `named resources are found by their IDs`(_ count: Int) async throws {
        let ids = (0..<count).map { "eni-\($0)" }
        let plan = try await Self.plan(ListQuery<NetworkInterface>().ids(ids).page(.number(1, size: 10)), Samples.here)
        #expect(plan.contains("sqlite_autoindex_networkInterface_1 (id=?)") && !plan.contains("SCAN"), "\(plan)")
    }

    @Test func `what is unsettled is found by its status, across accounts`() async throws {
        let query = ListQuery<NetworkInterface>().filter("status", anyOf: ["Creating", "Deleting", "Failed"])
        let plan = try await Self.plan(query, nil)
        #expect(plan.contains("networkInterface_status (status=?)") && !plan.contains("SCAN"), "\(plan)")
    }

    @Test func `a tag filter searches the tags by key and value`() async throws {
        let query = ListQuery<TrafficMirrorFilter>().tagged([TagFilter(key: "k", values: ["v"])])
        let plan = try await Self.plan(query.page(.number(1, size: 10)), Samples.here)
        #expect(plan.contains("tag_value") && !plan.contains("SCAN"), "\(plan)")
    }
}
#endif
