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

    @Test func `a file that goes before an older one leaves no gap that anyone calls damage`() async throws {
        try await withDirectory { directory in
            let path = directory + "/flows"
            let configuration = FlowLogConfiguration(retentionSeconds: 3600)
            let store = try FlowStore(directory: path, configuration: configuration)
            // The first came from a host whose clock was ahead.
            for (sequence, offset) in [(1, 7200), (2, 0), (3, 60), (4, 7200)] as [(UInt64, Int64)] {
                _ = try await store.ingest(
                    batch(sequence, [slice(at: offset, [try entry(accepted: 1)])]), logs: [log()], at: epoch + offset)
                try await store.closeWindows(at: epoch + 8000)
                try await store.seal()
            }
            #expect(try await store.expire(at: epoch + 8000) == 2)
            await store.close()
            for _ in 0..<2 {
                #expect(try FlowVerifier.verify(directory: path).problems == [])
                let again = try FlowStore(directory: path, configuration: configuration)
                #expect(try await again.everything().count == 2)
                #expect(try await again.expire(at: epoch + 8000) == 0)
                await again.close()
            }
            // A file that nobody took away is missed.
            let name = "records-0000000004.parquet"
            try FileManager.default.removeItem(atPath: path + "/" + name)
            #expect(try FlowVerifier.verify(directory: path).problems.contains { $0.file == name })
        }
    }

    @Test(arguments: Backend.allCases)
    func `what was running of a deleted account never becomes a record`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let other = "2100000002"
            let logs = [log(), log("fl-2", account: other)]
            let slices = [
                slice(at: 0, [try entry(accepted: 1)], skipped: 1),
                slice(at: 0, [try entry(accepted: 2)], logs: ["fl-2"]),
            ]
            _ = try await store.ingest(batch(1, slices), logs: logs, at: epoch)
            #expect(try await store.delete(accountID: account) == 0)
            #expect(try await store.statistics().openWindows == 1)
            // What comes later is a new account's of the same number.
            _ = try await store.ingest(batch(2, [slice(at: 5, [try entry(accepted: 4)])]), logs: logs, at: epoch)
            let records = try await store.everything()
            #expect(
                records.map { "\($0.accountID) \($0.traffic?.packets ?? 0)" }.sorted() == [
                    "\(account) 4", "\(other) 2",
                ])
        }
    }

    @Test func `a deletion of what was running outlives a crash`() async throws {
        try await withDirectory { directory in
            let store = try FlowStore(directory: directory + "/flows")
            _ = try await store.ingest(batch(1, [slice(at: 0, [try entry(accepted: 1)])]), logs: [log()], at: epoch)
            try await store.delete(accountID: account)
            // As it is on the disk now.
            try FileManager.default.copyItem(atPath: directory + "/flows", toPath: directory + "/copy")
            let again = try FlowStore(directory: directory + "/copy")
            #expect(again.recovery == FlowRecovery())
            #expect(try await again.everything().isEmpty)
        }
    }
}
