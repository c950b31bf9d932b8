import Model
import Store
import Testing

@Suite struct ResourceTests {
    @Test(arguments: Backend.allCases)
    func `every kind of resource comes back as it went in`(_ backend: Backend) async throws {
        func check<R: Resource & Equatable>(_ resource: R, _ store: any Store) async throws {
            try await store.write { tx in try tx.insert(resource) }
            let scope = Scope(accountID: resource.accountID, region: resource.region)
            let found = try await store.read { tx in try tx.find(R.self, resource.id.rawValue, in: scope) }
            #expect(found == resource)
        }
        try await backend.withStore { store in
            try await check(Samples.vpc(), store)
            try await check(Samples.subnet, store)
            try await check(Samples.group, store)
            try await check(Samples.groupRule, store)
            try await check(Samples.interface(), store)
            try await check(Samples.instance, store)
            try await check(Samples.balancer, store)
            try await check(Samples.target, store)
            try await check(Samples.filter("tmf-1"), store)
            try await check(Samples.filterRule, store)
            try await check(Samples.session, store)
            try await check(Samples.flowLog, store)
            try await check(Samples.logProject, store)
            try await check(Samples.logTopic, store)
            try await check(Samples.project, store)
            try await check(Samples.listener, store)
            try await check(Samples.serverGroup, store)
            try await check(Samples.backendServer, store)
            try await check(Samples.host, store)
            try await check(Samples.adoption, store)
            try await check(Samples.accessKey, store)
            try await check(Samples.networkACL, store)
            try await check(Samples.networkACLEntry, store)
            try await check(Samples.networkACLAssociation, store)
            try await check(Samples.budget, store)
        }
    }

    @Test func `lists of any texts come back, and JSON finds their members`() async throws {
        let lists = [
            [], [""], ["a", "", "b"], ["\"", "\\"], ["\",\""], ["]", "["], ["a/b"], ["中文", "\u{1}\n"], [#"\u0041"#],
        ]
        let store = try SQLiteStore()
        for (number, list) in lists.enumerated() {
            var vpc = Samples.vpc("vpc-\(number)")
            vpc.dnsServers = ["before"]
            let before = vpc
            vpc.dnsServers = list
            let after = vpc
            try await store.write { tx in
                try tx.insert(before)
                try tx.update(after)
            }
            let (found, holders) = try await store.read { tx in
                (
                    try tx.find(Vpc.self, "vpc-\(number)", in: nil),
                    try tx.list(ListQuery<Vpc>().filter(list: "dnsServers", anyOf: list), in: nil).items.map(\.id)
                )
            }
            #expect(found == after)
            #expect(list.isEmpty || holders.contains(after.id))
        }
    }

    @Test(arguments: Backend.allCases)
    func `a row is updated as a whole, keeps its place, and is gone when deleted`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            try await store.write { tx in
                try tx.insert(Samples.vpc("vpc-1"))
                try tx.insert(Samples.vpc("vpc-2"))
            }
            let changed = Vpc(
                id: Identifier("vpc-1"), accountID: Samples.here.accountID, region: Samples.here.region, name: "x",
                cidrBlock: .all, routeTableID: "", status: .available, createdAt: 0, updatedAt: 0)
            try await store.write { tx in try tx.update(changed) }
            let list = try await store.read { tx in try tx.list(ListQuery<Vpc>(), in: Samples.here).items }
            #expect(list == [Samples.vpc("vpc-2"), changed])
            try await store.write { tx in try tx.delete(Vpc.self, "vpc-1") }
            #expect(try await store.read { tx in try tx.find(Vpc.self, "vpc-1", in: nil) } == nil)
            #expect(try await store.read { tx in try tx.count(ListQuery<Vpc>(), in: nil) } == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `an ID that is taken and a row that is not there are named`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            try await store.write { tx in try tx.insert(Samples.vpc()) }
            await #expect(throws: StoreError.duplicate("vpc-1")) {
                // IDs are unique across accounts.
                try await store.write { tx in try tx.insert(Samples.vpc("vpc-1", Samples.otherAccount)) }
            }
            await #expect(throws: StoreError.missing("vpc-2")) {
                try await store.write { tx in try tx.update(Samples.vpc("vpc-2")) }
            }
            try await store.write { tx in try tx.delete(Vpc.self, "vpc-2") }
        }
    }

    @Test(arguments: Backend.allCases)
    func `an account sees its own rows of its region, a reconciler all`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let scopes = [Samples.here, Samples.otherAccount, Samples.otherRegion]
            try await store.write { tx in
                for (index, scope) in scopes.enumerated() {
                    try tx.insert(Samples.vpc("vpc-\(index)", scope))
                    try tx.setTags(
                        tagType: "vpc", resourceID: "vpc-\(index)", [Tag(key: "k", value: "v")], in: scope)
                }
            }
            try await store.read { (tx: any ReadTransaction) throws in
                for (index, scope) in scopes.enumerated() {
                    for other in 0..<3 {
                        let found = try tx.find(Vpc.self, "vpc-\(other)", in: scope)
                        #expect((found != nil) == (other == index))
                    }
                    #expect(try tx.list(ListQuery<Vpc>(), in: scope).items.map(\.id.rawValue) == ["vpc-\(index)"])
                    #expect(try tx.count(ListQuery<Vpc>().ids(["vpc-0", "vpc-1", "vpc-2"]), in: scope) == 1)
                    let tagged = ListQuery<Vpc>().tagged([TagFilter(key: "k", values: ["v"])])
                    #expect(try tx.count(tagged, in: scope) == 1)
                    let tags = TagQuery(tagType: "vpc", resourceIDs: nil, filters: [], after: nil, limit: 9)
                    #expect(try tx.tagPage(tags, in: scope).map(\.resourceID) == ["vpc-\(index)"])
                }
                #expect(try tx.count(ListQuery<Vpc>(), in: nil) == 3)
                #expect(try tx.find(Vpc.self, "vpc-2", in: nil) != nil)
            }
        }
    }
}
