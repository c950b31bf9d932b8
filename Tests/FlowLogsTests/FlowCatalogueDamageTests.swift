import FlowLogs
import Foundation
import GRDB
import Packet
import Testing

/// Numbers in the catalogue that cannot be: nothing traps, the file that they stand for is named by every answer that
/// may have needed it, and all others are read.
@Suite struct FlowCatalogueDamageTests {
    /// Changes to the second of three files, of three records each.
    private static let changes = [
        "UPDATE sealed SET first_record = 9223372036854775807 WHERE generation = 2",
        "UPDATE sealed SET first_record = 9223372036854775806 WHERE generation = 2",
        "UPDATE sealed SET first_record = 1099511627780 WHERE generation = 2",
        "UPDATE sealed SET first_record = 0 WHERE generation = 2",
        "UPDATE sealed SET first_record = -9223372036854775808 WHERE generation = 2",
        "UPDATE sealed SET first_record = 3 WHERE generation = 2",
        "UPDATE sealed SET records = 9223372036854775807 WHERE generation = 2",
        "UPDATE sealed SET records = -1 WHERE generation = 2",
        "UPDATE sealed SET records = 0 WHERE generation = 2",
        "UPDATE sealed SET records = 2 WHERE generation = 2",
        "UPDATE sealed SET bytes = -1 WHERE generation = 2",
        "UPDATE sealed SET bytes = 9223372036854775807 WHERE generation = 2",
        "UPDATE sealed SET is_doomed = 77, first_record = 9223372036854775807 WHERE generation = 2",
        "UPDATE sealed SET first_record = 0, records = 0, bytes = 0 WHERE generation = 2",
        "DELETE FROM row_group WHERE generation = 2",
        "UPDATE row_group SET records = 9223372036854775807 WHERE generation = 2",
        "UPDATE row_group SET records = 65537 WHERE generation = 2",
        "UPDATE row_group SET records = 2 WHERE generation = 2",
        "UPDATE row_group SET records = -3 WHERE generation = 2",
        "UPDATE row_group SET first_end = -9223372036854775808 WHERE generation = 2",
        "UPDATE row_group SET last_end = 9223372036854775807 WHERE generation = 2",
        "UPDATE row_group SET first_end = last_end + 1 WHERE generation = 2",
        "UPDATE row_group SET position = 9223372036854775807 WHERE generation = 2",
    ]

    private func three(_ path: String) async throws {
        let store = try FlowStore(directory: path)
        for sequence in 1...3 as ClosedRange<UInt64> {
            try await add(sequence, to: store)
            try await store.seal()
        }
        await store.close()
    }

    /// One window of three records.
    private func add(_ sequence: UInt64, to store: FlowStore) async throws {
        let offset = Int64(sequence) * 60
        let entries = try (1...3).map { try entry(port: UInt16($0), accepted: 1) }
        _ = try await store.ingest(batch(sequence, [slice(at: offset, entries)]), logs: [log()], at: epoch + offset)
        try await store.closeWindows(at: epoch + offset + 1000)
    }

    private func change(_ path: String, _ sql: String) throws {
        let catalogue = try DatabaseQueue(path: path + "/catalogue.sqlite")
        try catalogue.write { try $0.execute(sql: sql) }
        try catalogue.close()
    }

    private func answers(_ store: FlowStore) async throws -> [(records: UInt64, damaged: [String])] {
        let view = try await store.view()
        let query = FlowQuery(accountID: account)
        let page = try await view.search(query)
        var tail = query
        tail.cursor = FlowQuery.tailStart
        let followed = try await view.tail(tail)
        let sums = try await view.sums(query)
        let groups = try await view.groups(query, by: FlowGrouping(by: [.source]))
        #expect(sums.isExact == sums.damaged.isEmpty && groups.isExact == groups.damaged.isEmpty)
        return [
            (UInt64(page.records.count), page.damaged), (UInt64(followed.records.count), followed.damaged),
            (sums.accepted.records, sums.damaged), (groups.total.records, groups.damaged),
        ]
    }

    @Test(arguments: changes) func `a file whose rows cannot be is named in every answer`(_ sql: String) async throws {
        try await withDirectory { directory in
            let path = directory + "/flows"
            try await three(path)
            try change(path, sql)
            let name = "records-0000000002.parquet"
            for round in 0..<2 as Range<UInt64> {
                let store = try FlowStore(directory: path)
                #expect(store.recovery.damage.map(\.file) == [name])
                #expect(try await store.statistics().damages == 1)
                for answer in try await answers(store) {
                    #expect(answer.records == 6 + 3 * round)
                    #expect(answer.damaged.count == 1 && answer.damaged.allSatisfy { $0.contains(name) })
                }
                try await add(4 + round, to: store)
                try await store.seal()
                for answer in try await answers(store) { #expect(answer.records == 9 + 3 * round) }
                await store.close()
                let problems = try FlowVerifier.verify(directory: path).problems
                #expect(problems.contains { $0.file == name && $0.place == "its row of the catalogue" })
            }
            // It goes with those behind it.
            let store = try FlowStore(directory: path)
            try await store.expire(at: epoch + 100_000_000)
            for answer in try await answers(store) { #expect(answer == (0, [])) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: path).allSatisfy { !$0.hasSuffix(".parquet") })
        }
    }

    @Test(arguments: ["-7", "0", "9223372036854775807"])
    func `a row of another generation neither traps nor takes a journal with it`(_ generation: String) async throws {
        try await withDirectory { directory in
            let path = directory + "/flows"
            try await three(path)
            try change(path, "UPDATE sealed SET generation = \(generation) WHERE generation = 2")
            let store = try FlowStore(directory: path)
            #expect(store.recovery.damage.map(\.place) == ["its row of the catalogue"])
            for answer in try await answers(store) { #expect(answer.records == 6 && answer.damaged.count == 1) }
            try await add(4, to: store)
            try await store.seal()
            for answer in try await answers(store) { #expect(answer.records == 9 && answer.damaged.count == 1) }
            await store.close()
            let problems = try FlowVerifier.verify(directory: path).problems
            #expect(problems.contains { $0.file == "records-0000000002.parquet" })
        }
    }

    @Test func `a catalogue that knows the file of a journal wrongly reads the journal again`() async throws {
        try await withDirectory { directory in
            let path = directory + "/flows"
            try await three(path)
            // The row of the third file now speaks of the journal that is in use.
            try change(path, "UPDATE sealed SET generation = 4, records = 0 WHERE generation = 3")
            let store = try FlowStore(directory: path)
            try await add(4, to: store)
            try await store.seal()
            await store.close()
            let again = try FlowStore(directory: path)
            #expect(try await again.ingest(batch(4, []), logs: [], at: epoch) == 4)
            #expect(try await again.statistics().batches == 4)
            for answer in try await answers(again) { #expect(answer.records == 9) }
        }
    }

    @Test func `sums of so many files as never were do not overflow`() async throws {
        try await withDirectory { directory in
            let path = directory + "/flows"
            try await three(path)
            try change(
                path,
                """
                WITH RECURSIVE n(g) AS (SELECT 100 UNION ALL SELECT g + 1 FROM n WHERE g < 9000)
                INSERT INTO sealed SELECT g, g << 41, (1 << 40) - 1, (1 << 50) - 1, 0 FROM n
                """)
            let store = try FlowStore(directory: path, configuration: FlowLogConfiguration(maximumBytes: 1 << 40))
            _ = try await store.statistics()
            #expect(try await answers(store).allSatisfy { !$0.damaged.isEmpty })
            try await store.expire(at: epoch)
            #expect(try await store.statistics().files < 3)
            await store.close()
        }
    }
}
