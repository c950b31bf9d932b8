#if DEBUG
import Foundation
import GRDB
import Model
import Testing

@testable import Store

/// A database of an earlier release is brought up to date with what it holds.
@Suite struct MigrationTests {
    @Test func `projects and CLBs of the first schema are kept`() async throws {
        try await withDirectory { directory in
            let path = directory + "/weir.sqlite"
            let old = try DatabaseQueue(path: path)
            try Migrations.all.migrate(old, upTo: "2 network ACLs and budgets")
            try await old.write { db in
                // One name in two regions is one project of the account now.
                for (id, account, region, name) in [
                    ("p-1", "1", "cn-a", "blue"), ("p-2", "1", "cn-b", "blue"), ("p-3", "1", "cn-b", "red"),
                    ("p-4", "2", "cn-a", "blue"),
                ] {
                    try db.execute(
                        sql: "INSERT INTO project (id, accountID, region, name, createdAt) VALUES (?, ?, ?, ?, 7)",
                        arguments: [id, account, region, name])
                }
                try db.execute(
                    sql: """
                        INSERT INTO loadBalancer (id, accountID, region, name, description, projectName, vpcID,
                        subnetID, kindName, address, spec, billingType, masterZoneID, slaveZoneID,
                        networkInterfaceID, businessStatus, lockReason, status, createdAt, updatedAt)
                        VALUES ('clb-1', '1', 'cn-a', 'n', '', 'default', 'vpc-1', 'subnet-1', 'private', '10.0.0.9',
                        'small_1', 2, 'a', 'b', 'eni-1', 'Normal', '', 'Active', 1, 2)
                        """)
            }
            try old.close()
            let store = try SQLiteStore(path: path)
            let (projects, balancer) = try await store.read { tx in
                (
                    try tx.list(ListQuery<Project>().oldestFirst(), in: nil).items,
                    try tx.find(LoadBalancer.self, "clb-1", in: nil)
                )
            }
            #expect(projects.map(\.id.rawValue) == ["p-1", "p-3", "p-4"])
            #expect(projects.allSatisfy { $0.region.isEmpty && $0.updatedAt == 7 && $0.parentName.isEmpty })
            #expect(balancer?.modificationProtectionStatus == "NonProtection")
            #expect(balancer?.allowedPorts == [] && balancer?.bypassSecurityGroupEnabled == false)
        }
    }

    @Test func `what the fifth schema counted is counted on, and its unsettled rows are found`() async throws {
        try await withDirectory { directory in
            let path = directory + "/weir.sqlite"
            let old = try DatabaseQueue(path: path)
            try Migrations.all.migrate(old, upTo: "5 speed")
            try await old.write { db in
                for (number, status) in ["Available", "Creating", "Failed", "Pending"].enumerated() {
                    try db.execute(
                        sql: """
                            INSERT INTO trafficMirrorFilter (id, accountID, region, name, description, projectName,
                            status, createdAt, updatedAt, generation, waitsFor, failure)
                            VALUES (?, ?, ?, 'n', '', 'default', ?, 1, 2, 0, '[]', '')
                            """,
                        arguments: ["tmf-\(number)", Samples.here.accountID, Samples.here.region, status])
                }
            }
            try old.close()
            let store = try SQLiteStore(path: path)
            let query = ListQuery<TrafficMirrorFilter>()
            let other = Scope(accountID: "other", region: Samples.here.region)
            try await store.write { tx in
                try tx.insert(Samples.filter("tmf-9"))
                var foreign = Samples.filter("tmf-10")
                foreign.accountID = other.accountID
                try tx.insert(foreign)
                try tx.delete(TrafficMirrorFilter.self, "tmf-0")
            }
            let (here, there, unsettled) = try await store.read { tx in
                (
                    try tx.count(query, in: Samples.here), try tx.count(query, in: other),
                    try tx.list(query.unsettled().oldestFirst(), in: nil).items.map(\.id.rawValue)
                )
            }
            #expect(here == 4 && there == 1)
            #expect(unsettled == ["tmf-1", "tmf-2", "tmf-3"])
        }
    }
}
#endif
