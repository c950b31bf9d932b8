import FlowLogs
import Foundation
import GRDB
import Packet
import Testing

/// Damage is a clear error, named and counted, and the rest goes on.
@Suite struct FlowDamageTests {
    private func filled(_ path: String, batches: ClosedRange<UInt64> = 1...8, sealed: Bool = false) async throws {
        let store = try FlowStore(directory: path)
        for sequence in batches {
            let slices = [slice(at: Int64(sequence) * 60, [try entry(port: UInt16(sequence), accepted: sequence)])]
            _ = try await store.ingest(batch(sequence, slices), logs: [log()], at: epoch + Int64(sequence) * 60)
        }
        if sealed {
            try await store.closeWindows(at: epoch + 10000)
            try await store.seal()
        }
        await store.close()
    }

    private func change(_ path: String, _ body: (inout Data) -> Void) throws {
        var data = try Data(contentsOf: URL(fileURLWithPath: path))
        body(&data)
        try data.write(to: URL(fileURLWithPath: path))
    }

    private func frames(_ path: String) throws -> [Range<Int>] {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        var starts: [Int] = []
        var at = 0
        while let next = data[at...].range(of: Data("WFLj".utf8)) {
            starts.append(next.lowerBound)
            at = next.upperBound
        }
        return zip(starts, starts.dropFirst() + [data.count]).map { $0..<$1 }
    }

    @Test func `a journal torn at any byte is cut there, and what was before it is whole`() async throws {
        try await withDirectory { directory in
            let path = directory + "/flows"
            try await filled(path)
            let journal = path + "/journal-0000000001.wfj"
            let whole = try Data(contentsOf: URL(fileURLWithPath: journal))
            let frames = try frames(journal)
            // The head has a ledger and its end; a crash never leaves a part of those.
            let head = frames[1].upperBound
            for end in stride(from: head, to: whole.count, by: 61) {
                try whole.prefix(end).write(to: URL(fileURLWithPath: journal))
                let store = try FlowStore(directory: path)
                #expect(store.recovery.damage == [])
                let torn = end - (frames.last { $0.upperBound <= end }?.upperBound ?? 0)
                #expect(store.recovery.tornBytes == Int64(torn))
                _ = try await store.ingest(batch(9, [slice(at: 0, [])]), logs: [log()], at: epoch)
                await store.close()
            }
        }
    }

    @Test func `a damaged batch is a gap in the records, a damaged closing closes again`() async throws {
        try await withDirectory { directory in
            let path = directory + "/flows"
            try await filled(path)
            let journal = path + "/journal-0000000001.wfj"
            let whole = try Data(contentsOf: URL(fileURLWithPath: journal))
            for frame in try frames(journal).dropFirst(2).dropLast(2) {
                let isClosing = whole[frame.lowerBound + 4] == 5
                try FileManager.default.removeItem(atPath: path)
                try await filled(path)
                try change(journal) { $0[frame.upperBound - 3] ^= 0x10 }
                let store = try FlowStore(directory: path)
                #expect(store.recovery.damage.map(\.file) == ["journal-0000000001.wfj"])
                #expect(store.recovery.damage.first?.place == "bytes \(frame.lowerBound) to \(frame.upperBound - 1)")
                for sequence in 1...9 as ClosedRange<UInt64> {
                    let slices = [
                        slice(at: Int64(sequence) * 60, [try entry(port: UInt16(sequence), accepted: sequence)])
                    ]
                    _ = try await store.ingest(batch(sequence, slices), logs: [log()], at: epoch + 600)
                }
                let records = try await store.everything()
                let sum = records.compactMap(\.traffic?.packets).reduce(0, +)
                if isClosing {
                    #expect(sum == 45)
                } else {
                    // It was acknowledged: it counts at most once, and that something may be lost is said.
                    #expect(sum <= 45 && records.contains { $0.loss?.causes == .missingBatch })
                }
                try await store.seal()
                #expect(try await store.statistics().damages > 0)
                await store.close()
                #expect(FileManager.default.fileExists(atPath: path + "/damaged/journal-0000000001.wfj"))
                #expect(!(try FlowVerifier.verify(directory: path).problems.isEmpty))
            }
        }
    }

    @Test func `a damaged file is named, and the other files are read`() async throws {
        try await withDirectory { directory in
            let path = directory + "/flows"
            try await filled(path, sealed: true)
            let store = try FlowStore(directory: path)
            _ = try await store.ingest(batch(9, [slice(at: 900, [try entry(accepted: 1)])]), logs: [log()], at: epoch)
            try await store.closeWindows(at: epoch + 20000)
            try await store.seal()
            await store.close()
            #expect(try FlowVerifier.verify(directory: path).problems == [])
            let file = path + "/records-0000000001.parquet"
            let whole = try Data(contentsOf: URL(fileURLWithPath: file))
            var random = Seeded(state: 3)
            for _ in 0..<20 {
                try change(file) { data in
                    data = whole
                    for _ in 0..<8 {
                        data[Int.random(in: 0..<data.count, using: &random)] = .random(in: 0...255, using: &random)
                    }
                }
                let problems = try FlowVerifier.verify(directory: path).problems
                #expect(problems.allSatisfy { $0.file == "records-0000000001.parquet" })
                #expect(!problems.isEmpty)
                let damaged = try FlowStore(directory: path)
                let page = try await damaged.search(FlowQuery(accountID: nil))
                #expect(page.records.contains { $0.window.start == epoch + 900 })
                await damaged.close()
            }
        }
    }

    @Test func `a missing file or journal is named`() async throws {
        try await withDirectory { directory in
            let path = directory + "/flows"
            try await filled(path, sealed: true)
            try FileManager.default.removeItem(atPath: path + "/records-0000000001.parquet")
            #expect(
                try FlowVerifier.verify(directory: path).problems.contains { $0.file == "records-0000000001.parquet" })
            try FileManager.default.removeItem(atPath: path + "/journal-0000000002.wfj")
            let store = try FlowStore(directory: path)
            #expect(store.recovery.damage.contains { $0.file == "journal-0000000002.wfj" })
            let page = try await store.search(FlowQuery(accountID: nil))
            #expect(page.records.isEmpty && !page.damaged.isEmpty)
            // When it was found is written down.
            let catalogue = try DatabaseQueue(path: path + "/catalogue.sqlite")
            let times = try await catalogue.read { try Int64.fetchAll($0, sql: "SELECT found_at FROM damage") }
            #expect(times.count == 1 && times.allSatisfy { abs($0 - Int64(time(nil))) < 300 })
        }
    }

    @Test func `a second server on the directory is refused`() async throws {
        try await withDirectory { directory in
            let path = directory + "/flows"
            let store = try FlowStore(directory: path)
            #expect(throws: FlowLogError.locked(path)) { try FlowStore(directory: path) }
            #expect(throws: FlowLogError.locked(path)) { try FlowVerifier.verify(directory: path) }
            await store.close()
            _ = try FlowStore(directory: path)
        }
    }

    @Test func `a full disk refuses batches and shows what there is, and room makes it go on`() async throws {
        try await withDirectory { directory in
            try #require(mount("tmpfs", directory, "tmpfs", 0, "size=1536k") == 0)
            defer { umount2(directory, Int32(MNT_DETACH)) }
            let store = try FlowStore(directory: directory + "/flows")
            let filler = directory + "/filler"
            var taken: UInt64 = 0
            var refused = false
            for sequence in 1...2000 as ClosedRange<UInt64> where !refused {
                let entries = try (0..<100).map { try entry(port: $0, accepted: 1) }
                do {
                    _ = try await store.ingest(
                        batch(sequence, [slice(at: Int64(sequence) * 60, entries)]), logs: [log()],
                        at: epoch + Int64(sequence) * 60)
                    taken = sequence
                    if sequence == 20 { try Data(count: 300 << 10).write(to: URL(fileURLWithPath: filler)) }
                } catch {
                    #expect(error as? FlowLogError == .storageFull)
                    refused = true
                }
            }
            #expect(refused && taken > 20)
            let sums = try await store.sums(FlowQuery(accountID: account, includeOpen: true))
            #expect(sums.accepted.packets == taken * 100)
            try FileManager.default.removeItem(atPath: filler)
            let more = [slice(at: Int64(taken + 1) * 60, [try entry(accepted: 7)])]
            let now = epoch + Int64(taken + 1) * 60
            #expect(try await store.ingest(batch(taken + 1, more), logs: [log()], at: now) == taken + 1)
            _ = try await store.everything()
            let whole = try await store.sums(FlowQuery(accountID: account))
            #expect(whole.accepted.packets == taken * 100 + 7 && whole.isExact)
            await store.close()
            let again = try FlowStore(directory: directory + "/flows")
            #expect(again.recovery == FlowRecovery())
        }
    }

    @Test func `a damaged, foreign or newer catalogue is a clear error`() async throws {
        try await withDirectory { directory in
            try await filled(directory + "/flows")
            try Data(repeating: 0x41, count: 8192).write(
                to: URL(fileURLWithPath: directory + "/flows/catalogue.sqlite"))
            for name in ["-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: directory + "/flows/catalogue.sqlite" + name)
            }
            #expect(throws: FlowLogError.self) { try FlowStore(directory: directory + "/flows") }
            #expect(throws: FlowLogError.self) { try FlowStore(directory: directory + "/none/flows") }
            try Data().write(to: URL(fileURLWithPath: directory + "/file"))
            #expect(throws: FlowLogError.self) { try FlowStore(directory: directory + "/file") }
        }
    }
}
