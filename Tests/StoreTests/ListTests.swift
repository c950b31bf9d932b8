import Model
import Store
import Testing

@Suite struct ListTests {
    private static func ids<R: Resource>(
        _ query: ListQuery<R>, _ store: any Store
    ) async throws -> [String] {
        try await store.read { tx in try tx.list(query, in: Samples.here).items.map(\.id.rawValue) }
    }

    @Test(arguments: Backend.allCases)
    func `pages by token miss nothing and repeat nothing while others write`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            try await store.write { tx in for n in 0..<50 { try tx.insert(Samples.filter("f-\(n)")) } }
            for oldestFirst in [false, true] {
                var seen: [String] = []
                var after: Int64?
                var round = 0
                repeat {
                    let from = after
                    let page = try await store.read { tx in
                        let query = ListQuery<TrafficMirrorFilter>().page(.after(sequence: from, limit: 7))
                        return try tx.list(oldestFirst ? query.oldestFirst() : query, in: Samples.here)
                    }
                    #expect(page.items.count <= 7)
                    seen += page.items.map(\.id.rawValue)
                    after = page.next
                    round += 1
                    let suffix = "\(oldestFirst)-\(round)"
                    let first = seen.first
                    try await store.write { tx in
                        try tx.insert(Samples.filter("new-\(suffix)"))
                        // A row of a page that was read already.
                        if let first, first.hasPrefix("new") { try tx.delete(TrafficMirrorFilter.self, first) }
                    }
                } while after != nil && round < 100
                let old = seen.filter { $0.hasPrefix("f-") }
                #expect(Set(seen).count == seen.count)
                #expect(old == (0..<50).map { "f-\(oldestFirst ? $0 : 49 - $0)" })
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `the last page says that it is the last`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            try await store.write { tx in for n in 0..<4 { try tx.insert(Samples.filter("f-\(n)")) } }
            try await store.read { (tx: any ReadTransaction) throws in
                func page(_ page: ListRange) throws -> [String] {
                    let found = try tx.list(ListQuery<TrafficMirrorFilter>().page(page), in: Samples.here)
                    return found.items.map(\.id.rawValue) + (found.next == nil ? [] : ["more"])
                }
                #expect(try page(.after(sequence: nil, limit: 4)) == ["f-3", "f-2", "f-1", "f-0"])
                #expect(try page(.after(sequence: nil, limit: 3)) == ["f-3", "f-2", "f-1", "more"])
                #expect(try page(.number(1, size: 3)) == ["f-3", "f-2", "f-1", "more"])
                #expect(try page(.number(2, size: 3)) == ["f-0"])
                #expect(try page(.number(3, size: 3)) == [])
                #expect(try page(.number(1_000_000, size: 100)) == [])
                #expect(try page(.all) == ["f-3", "f-2", "f-1", "f-0"])
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `conditions combine, and a list column matches by its elements`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            try await store.write { tx in
                try tx.insert(Samples.interface("eni-1", address: "10.0.0.1", secondaries: ["10.0.0.2"], groups: ["a"]))
                try tx.insert(Samples.interface("eni-2", address: "10.0.0.3", secondaries: [], groups: ["a", "b"]))
                try tx.insert(
                    Samples.interface("eni-3", address: "10.0.0.4", secondaries: [], groups: [], subnet: "subnet-2"))
            }
            let all = ListQuery<NetworkInterface>()
            func ids(_ query: ListQuery<NetworkInterface>) async throws -> [String] {
                try await Self.ids(query, store)
            }
            #expect(try await ids(all.filter(list: "securityGroupIDs", anyOf: ["a"])) == ["eni-2", "eni-1"])
            #expect(try await ids(all.filter(list: "securityGroupIDs", anyOf: ["b", "c"])) == ["eni-2"])
            #expect(try await ids(all.filter(list: "securityGroupIDs", anyOf: [])) == [])
            #expect(try await ids(all.filter(list: "securityGroupIDs", anyOf: nil)).count == 3)
            let address = all.filter(
                list: "secondaryAddresses", orColumn: "primaryAddress", anyOf: ["10.0.0.2", "10.0.0.4"])
            #expect(try await ids(address) == ["eni-3", "eni-1"])
            #expect(try await ids(address.filter("subnetID", "subnet-1")) == ["eni-1"])
            #expect(try await ids(all.filter("subnetID", anyOf: ["subnet-2", "x"])) == ["eni-3"])
            #expect(try await ids(all.filter("subnetID", anyOf: [])) == [])
            #expect(try await ids(all.filter("subnetID", nil as String?)).count == 3)
            #expect(try await ids(all.filter("deviceIndex", 3)).count == 3)
            #expect(try await ids(all.filter("deviceIndex", 4)) == [])
            #expect(try await ids(all.ids(["eni-2", "eni-9", "eni-1"])) == ["eni-2", "eni-1"])
            #expect(try await ids(all.ids([])) == [])
            #expect(try await ids(all.filter("name", "' OR 1=1 --")) == [])
        }
    }

    @Test(arguments: Backend.allCases)
    func `tags are replaced by key, select resources, and go with them`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            func tag(_ id: String, _ tags: [String: String]) async throws {
                let list = tags.map { Tag(key: $0.key, value: $0.value) }
                try await store.write { tx in
                    try tx.setTags(tagType: "trafficmirrorfilter", resourceID: id, list, in: Samples.here)
                }
            }
            try await store.write { tx in for n in 0..<4 { try tx.insert(Samples.filter("f-\(n)")) } }
            for n in 0..<4 { try await tag("f-\(n)", ["n": "\(n)", "even": "\(n % 2 == 0)"]) }
            try await tag("f-3", ["n": "three", "extra": ""])
            // A tag of another type with the same resource ID is another tag.
            try await store.write { tx in
                try tx.setTags(tagType: "vpc", resourceID: "f-0", [Tag(key: "n", value: "9")], in: Samples.here)
            }
            func ids(_ filters: [(String, [String])]) async throws -> [String] {
                let query = ListQuery<TrafficMirrorFilter>()
                    .tagged(filters.map { TagFilter(key: $0.0, values: $0.1) })
                return try await Self.ids(query, store)
            }
            #expect(try await ids([("n", ["0", "2"])]) == ["f-2", "f-0"])
            #expect(try await ids([("n", [])]).count == 4)
            #expect(try await ids([("n", ["0", "1"]), ("even", ["true"])]) == ["f-0"])
            #expect(try await ids([("N", [])]) == [])
            #expect(try await ids([("n", ["9"])]) == [])
            #expect(try await ids([("extra", [""])]) == ["f-3"])
            let tags = try await store.read { tx in try tx.tags(of: TrafficMirrorFilter.self, ["f-3", "f-9"]) }
            #expect(
                tags == [
                    "f-3": [
                        Tag(key: "even", value: "false"), Tag(key: "extra", value: ""), Tag(key: "n", value: "three"),
                    ]
                ])
            try await store.write { tx in
                try tx.removeTags(tagType: "trafficmirrorfilter", resourceID: "f-3", keys: ["extra", "never"])
                try tx.delete(TrafficMirrorFilter.self, "f-0")
                try tx.insert(Samples.filter("f-0"))
            }
            #expect(try await ids([("extra", [])]) == [])
            #expect(try await ids([("n", ["0"])]) == [])
        }
    }

    @Test(arguments: Backend.allCases)
    func `a listing of tags goes on where its page ended`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            try await store.write { tx in
                for id in ["a", "b", "c"] {
                    let tags = (0..<3).map { Tag(key: "k\($0)", value: id) }
                    try tx.setTags(tagType: "vpc", resourceID: id, tags, in: Samples.here)
                }
            }
            func page(
                _ ids: [String]? = nil, _ filters: [TagFilter] = [], after: (String, String)? = nil, limit: Int = 99
            ) async throws -> [String] {
                let position = after.map { (resourceID: $0.0, key: $0.1) }
                let query = TagQuery(tagType: "vpc", resourceIDs: ids, filters: filters, after: position, limit: limit)
                return try await store.read { tx in
                    try tx.tagPage(query, in: Samples.here).map { $0.resourceID + $0.tag.key }
                }
            }
            #expect(try await page(limit: 4) == ["ak0", "ak1", "ak2", "bk0"])
            #expect(try await page(after: ("b", "k0"), limit: 3) == ["bk1", "bk2", "ck0"])
            #expect(try await page(after: ("c", "k2")) == [])
            #expect(try await page(["c", "a", "x"], after: ("a", "k1")) == ["ak2", "ck0", "ck1", "ck2"])
            #expect(try await page([]) == [])
            let filters = [TagFilter(key: "k1", values: []), TagFilter(key: "k2", values: ["b"])]
            #expect(try await page(nil, filters) == ["ak1", "bk1", "bk2", "ck1"])
        }
    }

    @Test(arguments: Backend.allCases)
    func `pages by several values of a tag come in the order of the list`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            try await store.write { tx in
                for n in 0..<40 {
                    try tx.insert(Samples.filter("f-\(n)"))
                    let tags = [Tag(key: "k", value: ["u", "v", "w"][n % 3]), Tag(key: "half", value: "\(n % 2)")]
                    try tx.setTags(tagType: "trafficmirrorfilter", resourceID: "f-\(n)", tags, in: Samples.here)
                }
                // In another account: never seen from here.
                try tx.insert(Samples.filter("f-other", Samples.otherAccount))
                try tx.setTags(
                    tagType: "trafficmirrorfilter", resourceID: "f-other", [Tag(key: "k", value: "v")],
                    in: Samples.otherAccount)
                for n in [7, 8, 9] { try tx.delete(TrafficMirrorFilter.self, "f-\(n)") }
            }
            let left = (0..<40).filter { ![7, 8, 9].contains($0) }
            for (values, second) in [(["v", "w", "v"], nil), (["v"], nil), ([], nil), (["u", "w"], "1")]
                as [([String], String?)]
            {
                var tags = [TagFilter(key: "k", values: values)]
                if let second { tags.append(TagFilter(key: "half", values: [second])) }
                let expected = left.filter { n in
                    (values.isEmpty || values.contains(["u", "v", "w"][n % 3]))
                        && second.map { $0 == "\(n % 2)" } ?? true
                }
                for oldestFirst in [false, true] {
                    let query = ListQuery<TrafficMirrorFilter>().tagged(tags)
                    var seen: [String] = []
                    var after: Int64?
                    repeat {
                        let page = (oldestFirst ? query.oldestFirst() : query).page(.after(sequence: after, limit: 5))
                        let rows = try await store.read { tx in try tx.list(page, in: Samples.here) }
                        seen += rows.items.map(\.id.rawValue)
                        after = rows.next
                    } while after != nil
                    let wanted = (oldestFirst ? expected : expected.reversed()).map { "f-\($0)" }
                    #expect(seen == wanted, "\(values) \(second ?? "")")
                    #expect(try await store.read { tx in try tx.count(query, in: Samples.here) } == wanted.count)
                }
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `sums follow what comes, goes and is rolled back`(_ backend: Backend) async throws {
        struct Enough: Error {}
        try await backend.withStore { store in
            func count(_ scope: Scope) async throws -> Int {
                try await store.read { tx in try tx.count(ListQuery<TrafficMirrorFilter>(), in: scope) }
            }
            #expect(try await count(Samples.here) == 0)
            try await store.write { tx in for n in 0..<5 { try tx.insert(Samples.filter("f-\(n)")) } }
            try await store.write { tx in try tx.insert(Samples.filter("g", Samples.otherRegion)) }
            await #expect(throws: Enough.self) {
                try await store.write { tx in
                    try tx.insert(Samples.filter("f-9"))
                    try tx.delete(TrafficMirrorFilter.self, "f-0")
                    throw Enough()
                }
            }
            try await store.write { tx in try tx.delete(TrafficMirrorFilter.self, "f-1") }
            try await store.write { tx in try tx.delete(TrafficMirrorFilter.self, "f-never") }
            #expect(try await count(Samples.here) == 4)
            #expect(try await count(Samples.otherRegion) == 1)
            #expect(try await count(Samples.otherAccount) == 0)
        }
    }
}
