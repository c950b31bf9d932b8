import FlowLogs
import Foundation
import Packet
import Testing

@Suite struct FlowRetentionTests {
    @Test(arguments: Backend.allCases)
    func `records go when they are too old`(_ backend: Backend) async throws {
        try await backend.withStore(FlowLogConfiguration(retentionSeconds: 3600)) { store in
            let entries = try (0..<10).map { try entry(port: $0, accepted: 1) }
            for (sequence, offset) in [(1, 0), (2, 3000)] as [(UInt64, Int64)] {
                _ = try await store.ingest(
                    batch(sequence, [slice(at: offset, entries)]), logs: [log()], at: epoch + offset)
                try await store.closeWindows(at: epoch + offset + 100)
                try await store.seal()
            }
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
                try await store.closeWindows(at: epoch + step * 60 + 1000)
                try await store.seal()
            }
            #expect(try await store.expire(at: epoch + 1000) == 500)
            let records = try await store.pages(FlowQuery(accountID: nil, limit: 10000))
            #expect(records.count == 1000 && records.allSatisfy { $0.window.start >= epoch + 60 })
        }
    }

    @Test func `a file goes with its last reader, and its removal survives a crash`() async throws {
        try await withDirectory { directory in
            let path = directory + "/flows"
            let store = try FlowStore(directory: path)
            _ = try await store.ingest(batch(1, [slice(at: 0, [try entry(accepted: 1)])]), logs: [log()], at: epoch)
            try await store.closeWindows(at: epoch + 1000)
            try await store.seal()
            let file = path + "/records-0000000001.parquet"
            var view: FlowView? = try await store.view()
            #expect(try await store.expire(at: epoch + 100_000_000) == 1)
            #expect(FileManager.default.fileExists(atPath: file))
            #expect(try await view?.search(FlowQuery(accountID: nil)).records.count == 1)
            #expect(try await store.search(FlowQuery(accountID: nil)).records.isEmpty)
            view = nil
            #expect(!FileManager.default.fileExists(atPath: file))
            await store.close()
            // Numbers go on behind those that are gone.
            let again = try FlowStore(directory: path)
            #expect(try await again.view().newest == 1)
        }
    }
}
