import FlowLogs
import Packet
import Testing

@Suite struct FlowTailTests {
    private func add(_ sequence: UInt64, to store: FlowStore, account: String = account) async throws {
        let id = account == "2100000002" ? "fl-2" : "fl-1"
        let slices = [slice(at: Int64(sequence) * 60, [try entry(accepted: sequence)], logs: [id])]
        let logs = [log(), log("fl-2", account: "2100000002")]
        _ = try await store.ingest(batch(sequence, slices), logs: logs, at: epoch + Int64(sequence) * 60)
        try await store.closeWindows(at: epoch + 1_000_000)
    }

    @Test(arguments: Backend.allCases)
    func `a tail shows each record once, in the order they became visible`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            try await add(1, to: store)
            var query = FlowQuery(accountID: account, limit: 2)
            let start = try await store.tail(query, patience: .zero)
            #expect(start.records.isEmpty)
            query.cursor = start.cursor
            for sequence in [5, 3, 4, 2] as [UInt64] { try await add(sequence, to: store) }
            var seen: [UInt64] = []
            for _ in 0..<4 {
                let page = try await store.tail(query, patience: .zero)
                seen += page.records.compactMap(\.traffic?.packets)
                query.cursor = page.cursor
            }
            #expect(seen == [5, 3, 4, 2])
        }
    }

    @Test(arguments: Backend.allCases)
    func `a waiting tail wakes for its own account's records alone`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let start = try await store.tail(FlowQuery(accountID: account), patience: .zero)
            let query = FlowQuery(accountID: account, cursor: start.cursor)
            async let waiting = store.tail(query, patience: .seconds(60))
            try await add(1, to: store, account: "2100000002")
            try await add(2, to: store)
            #expect(try await waiting.records.compactMap(\.traffic?.packets) == [2])
        }
    }

    @Test(arguments: Backend.allCases)
    func `a tail gives up after its patience and when it is cancelled`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let page = try await store.tail(FlowQuery(accountID: account), patience: .milliseconds(20))
            #expect(page.records.isEmpty && page.cursor != nil)
            let task = Task { try await store.tail(FlowQuery(accountID: account), patience: .seconds(600)) }
            task.cancel()
            await #expect(throws: FlowLogError.cancelled) { try await task.value }
        }
    }

    @Test(arguments: Backend.allCases)
    func `a cursor of another store is refused`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            for cursor in ["t1.1", "c1.0.0.0", "t1", "t1.-1", ""] {
                await #expect(throws: FlowLogError.invalidCursor) {
                    try await store.tail(FlowQuery(accountID: account, cursor: cursor), patience: .zero)
                }
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `a cursor stays good when records expire`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            try await add(1, to: store)
            var query = FlowQuery(accountID: account)
            query.cursor = try await store.tail(query, patience: .zero).cursor
            try await store.seal()
            try await store.expire(at: epoch + 100_000_000)
            #expect(try await store.statistics().expiredRecords == 1)
            try await add(2, to: store)
            #expect(try await store.tail(query, patience: .zero).records.compactMap(\.traffic?.packets) == [2])
        }
    }
}
