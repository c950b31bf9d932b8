import FlowLogs
import Packet
import Testing

@Suite struct FlowRetentionTests {
    @Test(arguments: Backend.allCases)
    func `records go when they are too old`(_ backend: Backend) async throws {
        try await backend.withStore(FlowLogConfiguration(retentionSeconds: 3600)) { store in
            let entries = try (0..<10).map { try entry(port: $0, accepted: 1) }
            let slices = [slice(at: 0, entries), slice(at: 3000, entries)]
            _ = try await store.ingest(batch(1, slices), logs: [log()], at: epoch + 3000)
            try await store.closeWindows(at: epoch + 3100)
            #expect(try await store.expire(at: epoch + 3659) == 0)
            #expect(try await store.expire(at: epoch + 3660) == 10)
            #expect(try await store.expire(at: epoch + 3660) == 0)
            #expect(try await store.pages(FlowQuery(accountID: nil)).count == 10)
            #expect(try await store.statistics().expiredRecords == 10)
        }
    }

    @Test(arguments: Backend.allCases)
    func `the oldest records go when there are too many`(_ backend: Backend) async throws {
        try await backend.withStore(FlowLogConfiguration(maximumRecords: 1000)) { store in
            for step in 0..<3 as Range<Int64> {
                let entries = try (0..<500).map { try entry(port: $0, accepted: 1) }
                _ = try await store.ingest(
                    batch(UInt64(step) + 1, [slice(at: step * 60, entries)]), logs: [log()], at: epoch + step * 60)
            }
            try await store.closeWindows(at: epoch + 1000)
            #expect(try await store.expire(at: epoch + 1000) == 500)
            let records = try await store.pages(FlowQuery(accountID: nil, limit: 10000))
            #expect(records.count == 1000 && records.allSatisfy { $0.window.start >= epoch + 60 })
        }
    }
}
