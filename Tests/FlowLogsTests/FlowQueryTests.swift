import FlowLogs
import Model
import Packet
import Testing

@Suite struct FlowQueryTests {
    /// Records of two accounts, two ENIs and two address families.
    private func fill(_ store: FlowStore) async throws {
        let entries = [
            try entry("10.0.0.1", "10.0.1.1", port: 80, accepted: 1),
            try entry("10.0.1.1", "10.0.0.1", port: 443, direction: .ingress, accepted: 2, rejected: 4),
            try entry("0.0.0.1", "255.255.255.255", port: 53, transport: 17, accepted: 8),
            try entry("2001:db8::1", "2001:db8:1::1", port: 0, transport: 58, rejected: 16),
            try entry("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", port: 65535, accepted: 32),
        ]
        let logs = [log(), log("fl-2", account: "2100000002")]
        let slices = [
            slice(at: 0, entries), slice(at: 60, [entries[0]], eni: "eni-b"),
            slice(at: 120, entries, logs: ["fl-2"], skipped: 64),
        ]
        _ = try await store.ingest(batch(1, slices), logs: logs, at: epoch)
        try await store.closeWindows(at: epoch + 1000)
    }

    @Test(arguments: Backend.allCases)
    func `every condition restricts as it says`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            try await fill(store)
            func count(_ change: (inout FlowQuery) throws -> Void) async throws -> Int {
                var query = FlowQuery(accountID: account)
                try change(&query)
                let records = try await store.pages(query)
                query.limit = 1
                #expect(try await store.pages(query) == records)
                query.newestFirst = true
                #expect(try await Set(store.pages(query)) == Set(records))
                let sums = try await store.sums(query)
                #expect(sums.accepted.records + sums.rejected.records + sums.lost.records == UInt64(records.count))
                return records.count
            }
            #expect(try await count { _ in } == 7)
            #expect(try await count { $0.accountID = nil } == 14)
            #expect(try await count { $0.accountID = "nobody" } == 0)
            #expect(try await count { $0.predicate = .flowLog("fl-2") } == 0)
            #expect(try await count { $0.predicate = .networkInterface("eni-b") } == 1)
            #expect(try await count { $0.endedAfter = epoch + 60 } == 1)
            #expect(try await count { $0.endedThrough = epoch + 60 } == 6)
            #expect(try await count { $0.endedAfter = .max } == 0)
            #expect(try await count { $0.predicate = .source(try block("10.0.0.0/24")) } == 2)
            #expect(try await count { $0.predicate = .source(try block("0.0.0.0/0")) } == 5)
            #expect(try await count { $0.predicate = .source(try block("::/0")) } == 2)
            #expect(try await count { $0.predicate = .destination(try block("2001:db8:1::/48")) } == 1)
            #expect(try await count { $0.predicate = .destination(try block("10.0.0.1")) } == 2)
            #expect(try await count { $0.predicate = .destinationPort(80...443) } == 4)
            #expect(try await count { $0.predicate = .sourcePort(40000...40000) } == 7)
            #expect(try await count { $0.predicate = .transport(17) } == 1)
            #expect(try await count { $0.predicate = .condition(.direction(.ingress)) } == 2)
            #expect(try await count { $0.predicate = .condition(.action(.reject)) } == 2)
            #expect(try await count { $0.predicate = .condition(.status([.skipData, .noData])) } == 0)
            #expect(try await count { ($0.accountID, $0.predicate) = (nil, .condition(.status([.skipData]))) } == 1)
        }
    }

    private func block(_ text: String) throws -> AddressBlock { try #require(AddressBlock(text)) }

    @Test(arguments: Backend.allCases)
    func `conditions combine, and what a record does not have matches neither way`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            try await fill(store)
            let v4 = try FlowPredicate.source(block("0.0.0.0/0"))
            let web = FlowPredicate.condition(.number(.destinationPort, [80...80, 443...443]))
            let loss = FlowPredicate.condition(.status([.skipData]))
            let expected: [(FlowPredicate, Int)] = [
                (.all([]), 14), (.any([]), 0), (.not(.any([])), 14), (v4, 9), (.not(v4), 4), (web, 7),
                (.not(web), 6), (.any([web, loss]), 8), (.not(.all([web, .not(loss)])), 7), (v4.and(.not(web)), 2),
                (.not(.any([v4, .not(v4)])), 0), (.condition(.text(.networkInterface, ["eni-a", "eni-b"])), 14),
                (.condition(.text(.vpc, ["vpc-1"])), 0), (.not(.condition(.text(.vpc, ["vpc-1"]))), 0),
                (.condition(.tcpFlags([TCPFlags(name: "syn")].compactMap { $0 })), 9),
                (.not(.condition(.tcpFlags([TCPFlags(rawValue: 0x12)]))), 9),
                (.condition(.number(.packets, [2...8])), 6), (.condition(.number(.bytes, [1 << 63 ... .max])), 0),
                (.not(.condition(.number(.packets, [0...8]))), 4), (.condition(.number(.packets, [])), 0),
            ]
            for (predicate, count) in expected {
                let found = try await store.pages(FlowQuery(accountID: nil, matching: predicate)).count
                #expect(found == count, "\(predicate)")
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `pages are in order and show what was there at the first one`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            try await fill(store)
            var query = FlowQuery(accountID: nil, limit: 5)
            let first = try await store.search(query)
            // Closed meanwhile, for a window that the first page has passed already and for a later one.
            let late = [slice(at: 0, [try entry(port: 1, accepted: 1)]), slice(at: 600, [try entry(accepted: 1)])]
            _ = try await store.ingest(batch(2, late), logs: [log()], at: epoch + 1000)
            try await store.closeWindows(at: epoch + 10000)
            query.cursor = first.cursor
            let rest = try await store.pages(query)
            let records = first.records + rest
            #expect(records.count == 14 && Set(records).count == 14)
            #expect(records.map(\.window.end) == records.map(\.window.end).sorted())
            #expect(try await store.pages(FlowQuery(accountID: nil)).count == 16)
        }
    }

    @Test(arguments: Backend.allCases)
    func `impossible queries and cursors are refused`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            try await fill(store)
            for limit in [Int.min, 0, 10001, Int.max] {
                await #expect(throws: FlowLogError.self) {
                    try await store.search(FlowQuery(accountID: nil, limit: limit))
                }
            }
            let deep = (0..<FlowPredicate.maximumDepth).reduce(FlowPredicate.transport(6)) { inner, _ in .not(inner) }
            await #expect(throws: FlowLogError.self) {
                try await store.sums(FlowQuery(accountID: nil, matching: deep))
            }
            for cursor in [
                "", ".", "c1", "c1.1.2", "c1.-1.2.3", "c1.1.2.3.4", "c1.99999999999999999999.1.1", "t1.1", "o1.0.0",
                "c1.1.1.9999", "x1.1.1.1", "c1.1. 1.1", String(repeating: "1.", count: 1000),
            ] {
                await #expect(throws: FlowLogError.invalidCursor, "\(cursor)") {
                    try await store.search(FlowQuery(accountID: nil, cursor: cursor))
                }
            }
            let largest = String(Int64.max)
            #expect(
                try await store.search(FlowQuery(accountID: nil, cursor: "c1.\(largest).\(largest).3")).records.isEmpty)
            let open = FlowQuery(accountID: nil, includeOpen: true, cursor: "o1.\(largest).3")
            #expect(try await store.search(open).records.isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func `deleting takes the account's own records alone`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            try await fill(store)
            #expect(try await store.delete(accountID: "2100000003") == 0)
            #expect(try await store.delete(accountID: account) == 7)
            #expect(try await store.delete(accountID: account) == 0)
            #expect(try await store.sums(FlowQuery(accountID: account)).accepted.records == 0)
            #expect(try await store.pages(FlowQuery(accountID: nil)).count == 7)
        }
    }

    @Test func `blocks are read and cover what they say`() throws {
        #expect(AddressBlock("10.1.2.3/8")?.description == "10.0.0.0/8")
        #expect(AddressBlock("10.1.2.3")?.description == "10.1.2.3/32")
        #expect(AddressBlock("2001:db8::1/33")?.last.description == "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff")
        #expect(AddressBlock("2001:db8::ff/127")?.first.description == "2001:db8::fe")
        #expect(AddressBlock("::/0")?.last.description == "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
        for text in [
            "", "/", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/8/8", "10.0.0.0/-1", "10.0.0.0/ 8", "x/8",
        ] {
            #expect(AddressBlock(text) == nil)
        }
    }

    @Test func `the text forms have the cloud's fields in the cloud's order`() throws {
        let window = FlowWindow(start: epoch, end: epoch + 60)
        var record = FlowRecord(
            stream: FlowStream(accountID: account, flowLogID: "fl-1", networkInterfaceID: "eni-a"), window: window,
            content: .loss(FlowLoss(packets: 1, bytes: 2, causes: .skippedByAgent)))
        #expect(record.textLine == "1 2100000001 eni-a - - - - - - - 1800000000 1800000060 - SKIPDATA")
        record.content = .traffic(
            FlowTraffic(
                direction: .ingress, source: try #require(IPAddress("2001:db8::1")),
                destination: try #require(IPAddress("::")), sourcePort: 0, destinationPort: 0, transport: 58,
                tcpFlags: 0, packets: 2, bytes: 144, action: .reject))
        #expect(record.textLine == "1 2100000001 eni-a 2001:db8::1 :: 0 0 58 2 144 1800000000 1800000060 REJECT OK")
        #expect(FlowRecord.keys.count == 14 && record.values.count == 14)
        #expect(FlowAction(text: "accept") == .accept && FlowAction(text: "drop") == nil)
        #expect(FlowLogStatus(text: "SkipData") == .skipData && FlowLogStatus(text: "") == nil)
    }
}
