import FlowLogs
import Packet
import Testing

/// Sums that were kept when files were sealed give the answers that reading the files gives.
@Suite struct FlowSummaryTests {
    @Test(arguments: [1, 2] as [UInt64])
    func `kept sums and read records agree`(_ seed: UInt64) async throws {
        try await withDirectory { directory in
            let store = try FlowStore(directory: directory + "/flows")
            var random = Seeded(state: seed)
            let logs = [log(), log("fl-2", .drop), log("fl-3", account: "2100000002")]
            for sequence in 1...30 as ClosedRange<UInt64> {
                let slices = try (0..<3).map { eni in
                    let entries = try (0..<40).map { _ in
                        try entry(
                            "10.0.0.\(Int.random(in: 0..<9, using: &random))",
                            "2001:db8::\(Int.random(in: 0..<9, using: &random))",
                            port: .random(in: 0..<4, using: &random), accepted: .random(in: 0...9, using: &random),
                            rejected: .random(in: 0...3, using: &random))
                    }
                    return slice(
                        at: Int64(sequence) * 60, entries, eni: "eni-\(eni)", logs: ["fl-1", "fl-2", "fl-3"],
                        skipped: eni == 0 ? 3 : 0)
                }
                _ = try await store.ingest(batch(sequence, slices), logs: logs, at: epoch + Int64(sequence) * 60)
                if sequence % 7 == 0 { try await store.seal() }
            }
            let view = try await store.view()
            var reading = view
            reading.summaries = []
            #expect(view.summaries.count == 4)
            var answered = 0
            for key in FlowGrouping.Key.allCases {
                for predicate in [FlowPredicate.everything, .condition(.action(.reject)), .condition(.status([.ok]))] {
                    for (after, through) in [(nil, nil), (epoch + 700, epoch + 1500)] as [(Int64?, Int64?)] {
                        let query = FlowQuery(
                            accountID: account, endedAfter: after, endedThrough: through, matching: predicate)
                        let grouping = FlowGrouping(by: [key], limit: 1000)
                        let kept = try await view.groups(query, by: grouping)
                        let read = try await reading.groups(query, by: grouping)
                        #expect(kept.groups == read.groups && kept.total == read.total, "\(key) \(predicate)")
                        #expect(kept.distinct == read.distinct && kept.isExact == read.isExact)
                        if kept.scannedRecords < read.scannedRecords { answered += 1 }
                    }
                }
            }
            #expect(answered >= 10)
            // Deleted records are in no sum.
            try await store.delete(accountID: account)
            let gone = try await store.view().groups(FlowQuery(accountID: account), by: FlowGrouping(by: [.source]))
            #expect(gone.groups.isEmpty)
        }
    }
}
