import FlowLogs
import Packet
import Testing

@Suite struct BatchOrderTests {
    @Test(arguments: Backend.allCases)
    func `a gap in the numbers is SKIPDATA from the last slice to the next one`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let one = try entry(accepted: 1)
            let first = [slice(at: 0, [one]), slice(at: 0, [one], eni: "eni-b")]
            _ = try await store.ingest(batch(1, first), logs: [log()], at: epoch + 5)
            let acknowledged = try await store.ingest(
                batch(4, [slice(at: 125, [one])]), logs: [log()], at: epoch + 130)
            #expect(acknowledged == 4)
            let losses = try await store.everything().filter { $0.status == .skipData }
            #expect(losses.map(\.networkInterfaceID).sorted() == ["eni-a", "eni-b"])
            #expect(losses.allSatisfy { $0.window == FlowWindow(start: epoch, end: epoch + 180) })
            #expect(losses.allSatisfy { $0.loss == FlowLoss(packets: 0, bytes: 0, causes: .missingBatch) })
            #expect(losses.allSatisfy { $0.loss?.isExact == false })
            #expect(try await store.sums(FlowQuery(accountID: account)).isExact == false)
            #expect(try await store.statistics().missingBatches == 2)
        }
    }

    @Test(arguments: Backend.allCases)
    func `missing batches that come after all are taken in, once`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            for sequence in [9, 1, 5, 8, 2, 5, 9, 1, 4, 3, 7, 6, 6, 2, 10] as [UInt64] {
                let slices = [slice(at: 5, [try entry(accepted: 1 << sequence)])]
                _ = try await store.ingest(batch(sequence, slices), logs: [log()], at: epoch)
            }
            _ = try await store.everything()
            #expect(try await store.sums(FlowQuery(accountID: nil)).accepted.packets == 0b111_1111_1110)
            let statistics = try await store.statistics()
            #expect(statistics.missingBatches == 0 && statistics.batches == 10 && statistics.repeatedBatches == 5)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a batch that sums up several is no gap, counts once and spans their windows`(
        _ backend: Backend
    ) async throws {
        try await backend.withStore { store in
            let one = try entry(accepted: 1)
            _ = try await store.ingest(batch(1, [slice(at: 0, [one])]), logs: [log()], at: epoch)
            var sums = slice(at: 5, [], skipped: 700)
            sums.endMilliseconds = (epoch + 180) * 1000
            for _ in 0..<2 {
                let acknowledged = try await store.ingest(
                    batch(36, [sums], from: 2), logs: [log()], at: epoch + 200)
                #expect(acknowledged == 36)
            }
            _ = try await store.ingest(batch(37, [slice(at: 180, [one])]), logs: [log()], at: epoch + 200)
            let losses = try await store.everything().filter { $0.status == .skipData }
            #expect(losses.map(\.window) == [FlowWindow(start: epoch, end: epoch + 180)])
            #expect(losses.map(\.loss) == [FlowLoss(packets: 700, bytes: 70000, causes: .skippedByAgent)])
            let statistics = try await store.statistics()
            #expect(statistics.missingBatches == 0 && statistics.repeatedBatches == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `sums of batches of which some came before are a loss of unknown size, not counted twice`(
        _ backend: Backend
    ) async throws {
        try await backend.withStore { store in
            _ = try await store.ingest(batch(1, [slice(at: 0, [try entry(accepted: 5)])]), logs: [log()], at: epoch)
            let sums = slice(at: 0, [], skipped: 9)
            _ = try await store.ingest(batch(6, [sums], from: 1), logs: [log()], at: epoch)
            let records = try await store.everything()
            #expect(records.compactMap(\.traffic?.packets) == [5])
            #expect(records.compactMap(\.loss).allSatisfy { $0.packets == 0 && $0.causes == .missingBatch })
            #expect(records.contains { $0.status == .skipData })
            // Its new numbers, 2 to 6, will never come.
            #expect(try await store.statistics().missingBatches == 5)
            _ = try await store.ingest(batch(8, [], from: 5), logs: [log()], at: epoch)
            #expect(try await store.statistics().missingBatches == 7)
            for first in [0, 8] as [UInt64] {
                await #expect(throws: FlowLogError.self) {
                    try await store.ingest(batch(7, [sums], from: first), logs: [log()], at: epoch)
                }
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `an agent that lost its spool leaves SKIPDATA, a known spool does not`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let other = "99999999-2222-4333-8444-555555555555"
            let one = try entry(accepted: 1)
            _ = try await store.ingest(batch(1, [slice(at: 0, [one])]), logs: [log()], at: epoch)
            #expect(
                try await store.ingest(batch(1, [slice(at: 5, [one])], spool: other), logs: [log()], at: epoch) == 1)
            _ = try await store.ingest(batch(2, [slice(at: 10, [one])]), logs: [log()], at: epoch)
            let records = try await store.everything()
            #expect(records.compactMap(\.loss?.causes) == [.spoolReplaced])
            #expect(records.compactMap(\.traffic?.packets) == [3])
            #expect(try await store.statistics().replacedSpools == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `any number of gaps and spools stays bounded and breaks nothing`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            for round in 1...1100 as ClosedRange<UInt64> {
                _ = try await store.ingest(batch(round * 2, []), logs: [], at: epoch)
            }
            // The oldest ranges are forgotten and stay lost; the newest are not.
            let one = [slice(at: 0, [try entry(accepted: 1)])]
            for sequence in [1, 3, 2197, 2199] as [UInt64] {
                #expect(try await store.ingest(batch(sequence, one), logs: [log()], at: epoch) == 2200)
            }
            #expect(try await store.statistics().missingBatches == 1098)
            for round in 100..<200 {
                let other = "00000000-0000-4000-8000-000000000\(round)"
                _ = try await store.ingest(batch(1, one, spool: other), logs: [log()], at: epoch)
            }
            _ = try await store.ingest(batch(UInt64(Int64.max) - 1, one), logs: [log()], at: epoch)
            _ = try await store.everything()
            #expect(try await store.sums(FlowQuery(accountID: nil)).accepted.packets == 103)
        }
    }

    @Test func `only a UUID names a spool`() {
        #expect(SpoolID("AAAAAAAA-2222-4333-8444-55555555555f")?.description == "aaaaaaaa-2222-4333-8444-55555555555f")
        for text in [
            "", "x", "aaaaaaaa-2222-4333-8444-55555555555", "aaaaaaaa-2222-4333-8444-555555555555f",
            "aaaaaaaa22222-4333-8444-555555555555", "aaaaaaaa-2222-4333-8444-55555555555g",
            "--------------------------- --------", "aaaaaaaa-2222-4333-8444-5555555555é",
        ] {
            #expect(SpoolID(text) == nil)
        }
    }
}
