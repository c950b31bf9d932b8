#if DEBUG
import GRDB
import Model
import Testing

@testable import Store

/// Every list walks an index that has its rows in order: nothing is scanned, nothing sorted but what IDs name.
@Suite struct ListPlanTests {
    private static func plan(_ sql: String, _ arguments: [SQLValue]) async throws -> String {
        try await SQLiteStore().write { tx in
            let db = try #require(tx as? SQLiteTransaction).db
            let run = try StatementRun(db.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql), arguments)
            var details: [String] = []
            while try run.next() { details.append(try run.row.text(3)) }
            return details.joined(separator: "\n")
        }
    }

    private static func plan<R: Resource>(_ query: ListQuery<R>, _ scope: Scope?) async throws -> String {
        let (sql, arguments, _) = ListStatement(query, in: scope).page()
        return try await plan(sql, arguments)
    }

    private static func pages<R: Resource>(_ query: ListQuery<R>) -> [ListQuery<R>] {
        [
            query.page(.after(sequence: nil, limit: 10)), query.page(.after(sequence: 99, limit: 10)),
            query.page(.number(3, size: 10)), query.page(.after(sequence: 99, limit: 10)).oldestFirst(),
        ]
    }

    private static func check<R: Resource>(_ query: ListQuery<R>, _ index: String) async throws {
        for page in pages(query) {
            let plan = try await plan(page, Samples.here)
            #expect(plan.contains("SEARCH \(R.table) USING INDEX \(index) (accountID=? AND region=?"), "\(plan)")
            #expect(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "\(plan)")
        }
    }

    /// Lists of a kind by everything that its Describe call takes.
    private static func check<R: Resource>(
        _ type: R.Type, indexed: [String], others: [String] = [], lists: [String] = []
    ) async throws {
        try await check(ListQuery<R>(), "\(R.table)_scope")
        for column in indexed { try await check(ListQuery<R>().filter(column, "x"), "\(R.table)_\(column)") }
        for column in others { try await check(ListQuery<R>().filter(column, "x"), "\(R.table)_scope") }
        // The members of a JSON list have no index; the account's rows are walked in order.
        for column in lists {
            for page in pages(ListQuery<R>().filter(list: column, anyOf: ["x"])) {
                let plan = try await plan(page, Samples.here)
                #expect(plan.contains("SEARCH \(R.table) USING INDEX \(R.table)_scope"), "\(plan)")
                #expect(!plan.contains("SCAN \(R.table)") && !plan.contains("TEMP B-TREE"), "\(plan)")
            }
        }
        try await checkTags(type)
        try await checkIDs(type)
    }

    private static func checkTags<R: Resource>(_ type: R.Type) async throws {
        let key = TagFilter(key: "k", values: []), value = TagFilter(key: "k", values: ["v"])
        let values = TagFilter(key: "k", values: ["v", "w", "x"]), second = TagFilter(key: "l", values: ["v", "w"])
        for tags in [[key], [value], [values], [value, second], [values, second]] {
            for page in pages(ListQuery<R>().tagged(tags)) {
                let plan = try await plan(page, Samples.here)
                let index = tags[0].values.isEmpty ? "tag_key" : "tag_place"
                #expect(plan.contains("SEARCH tagging USING COVERING INDEX \(index) (accountID=?"), "\(plan)")
                #expect(plan.contains("SEARCH \(R.table) USING INTEGER PRIMARY KEY (rowid=?)"), "\(plan)")
                #expect(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "\(plan)")
                if tags.count > 1 { #expect(plan.contains("SEARCH tag USING PRIMARY KEY (tagType=? AND resourceID=?")) }
            }
        }
    }

    private static func checkIDs<R: Resource>(_ type: R.Type) async throws {
        for count in [1, 10, 100] {
            let query = ListQuery<R>().ids((0..<count).map { "id-\($0)" })
            for page in pages(query) + pages(query.tagged([TagFilter(key: "k", values: ["v"])])) {
                let plan = try await plan(page, Samples.here)
                #expect(
                    plan.contains("SEARCH \(R.table) USING INDEX sqlite_autoindex_\(R.table)_1 (id=?"), "\(plan)")
                #expect(!plan.contains("SCAN"), "\(plan)")
            }
        }
    }

    @Test func `the lists of the network`() async throws {
        try await Self.check(Vpc.self, indexed: ["name"], others: ["isDefault", "projectName"])
        try await Self.check(
            Subnet.self, indexed: ["name", "vpcID"], others: ["zoneID", "isDefault", "projectName"])
        try await Self.check(SecurityGroup.self, indexed: ["name", "vpcID"], others: ["projectName"])
        try await Self.check(NetworkACL.self, indexed: ["name", "vpcID"], others: ["projectName"])
        try await Self.check(
            NetworkInterface.self, indexed: ["name", "vpcID", "subnetID", "instanceID"],
            others: ["zoneID", "kindName", "primaryAddress", "projectName"],
            lists: ["securityGroupIDs", "secondaryAddresses", "ipv6Addresses"])
        try await Self.check(
            LoadBalancer.self, indexed: ["name", "vpcID"],
            others: ["kindName", "address", "masterZoneID", "projectName"])
    }

    @Test func `the lists of mirrors and flow logs`() async throws {
        try await Self.check(TrafficMirrorTarget.self, indexed: ["name"], others: ["projectName"])
        try await Self.check(TrafficMirrorFilter.self, indexed: ["name"], others: ["projectName"])
        try await Self.check(
            TrafficMirrorSession.self, indexed: ["name", "networkInterfaceID", "targetID", "filterID", "priority"],
            others: ["virtualNetworkID", "packetLength", "projectName"])
        try await Self.check(
            FlowLog.self, indexed: ["name", "resourceID", "vpcID", "logTopicID"],
            others: ["description", "resourceType", "trafficType", "logProjectID", "aggregationInterval"])
    }

    @Test func `the parts of a resource`() async throws {
        try await Self.check(ListQuery<SecurityGroupRule>().filter("groupID", "g"), "securityGroupRule_groupID")
        try await Self.check(
            ListQuery<TrafficMirrorFilterRule>().filter("filterID", "f"), "trafficMirrorFilterRule_filterID")
        try await Self.check(ListQuery<NetworkACLEntry>().filter("aclID", "n"), "networkACLEntry_aclID")
        try await Self.check(ListQuery<Listener>(), "listener_scope")
        try await Self.check(ListQuery<Listener>().filter("loadBalancerID", "b"), "listener_loadBalancerID")
        try await Self.check(ListQuery<ServerGroup>().filter("loadBalancerID", "b"), "serverGroup_loadBalancerID")
        try await Self.check(ListQuery<BackendServer>().filter("serverGroupID", "g"), "backendServer_serverGroupID")
        try await Self.check(ListQuery<BackendServer>().filter("instanceID", "i"), "backendServer_instanceID")
    }

    @Test func `what is unsettled has an index of its own, across accounts`() async throws {
        func check<R: Resource>(_ type: R.Type) async throws {
            for query in [ListQuery<R>().unsettled(), .init().unsettled().filter("status", "Failed").oldestFirst()] {
                let plan = try await Self.plan(query, nil)
                #expect(plan == "SCAN \(R.table) USING INDEX \(R.table)_unsettled", "\(plan)")
            }
        }
        try await check(Vpc.self)
        try await check(Subnet.self)
        try await check(SecurityGroup.self)
        try await check(NetworkInterface.self)
        try await check(LoadBalancer.self)
        try await check(Listener.self)
        try await check(TrafficMirrorTarget.self)
        try await check(TrafficMirrorFilter.self)
        try await check(TrafficMirrorFilterRule.self)
        try await check(TrafficMirrorSession.self)
        try await check(FlowLog.self)
        try await check(NetworkACL.self)
    }

    @Test func `an unsettled status is a transitional one, or Failed`() {
        let settled = Status.allCases.filter { !$0.isTransitional && $0 != .failed }.map(\.rawValue)
        let words = settled.sorted().map { "status <> '\($0)'" }.joined(separator: " AND ")
        #expect(words == "\(RowQuery.unsettled)")
    }

    @Test func `an ID is looked up, never searched for`() async throws {
        for isScoped in [true, false] {
            let sql = SQLiteTransaction.look(into: "trafficMirrorTarget", isScoped: isScoped)
            let plan = try await Self.plan(sql, Array(repeating: .text("x"), count: isScoped ? 3 : 1))
            #expect(plan.contains("USING INDEX sqlite_autoindex_trafficMirrorTarget_1 (id=?)"), "\(plan)")
            #expect(!plan.contains("TEMP B-TREE"), "\(plan)")
        }
    }

    @Test func `how many there are is known without counting`() async throws {
        let (sql, arguments) = ListStatement(ListQuery<TrafficMirrorTarget>(), in: Samples.here).count()
        let plan = try await Self.plan(sql, arguments)
        #expect(plan == "SEARCH tally USING PRIMARY KEY (kind=? AND accountID=? AND region=?)", "\(plan)")
    }

    @Test func `a page of tags walks them in order, by resource or by tag`() async throws {
        let values = TagFilter(key: "k", values: ["v", "w"])
        for filters in [[], [values], [TagFilter(key: "k", values: [])], [values, TagFilter(key: "l", values: ["v"])]] {
            for after in [nil, ("r", "k")] as [(resourceID: String, key: String)?] {
                for ids in [nil, ["r"]] as [[String]?] {
                    let query = TagQuery(tagType: "vpc", resourceIDs: ids, filters: filters, after: after, limit: 10)
                    let (sql, arguments) = SQLiteTransaction.tagStatement(query, in: Samples.here)
                    let plan = try await Self.plan(sql, arguments)
                    let isByValue = ids == nil && filters.first?.values.isEmpty == false
                    let index = isByValue ? "COVERING INDEX tag_value (" : "PRIMARY KEY (tagType=?"
                    #expect(plan.contains("SEARCH tag USING \(index)"), "\(plan)")
                    // The tags of named resources are few; all others come in order.
                    #expect(!plan.contains("SCAN") && (ids != nil || !plan.contains("TEMP B-TREE")), "\(plan)")
                }
            }
        }
    }
}
#endif
