import FlowLogs
import Packet
import Testing

@Suite struct FlowSpeedTests {
    @Test func `every entry of large batches is in its records, at a rate that is printed`() async throws {
        try await Backend.journal.withStore { store in
            let clock = ContinuousClock()
            var spent = Duration.zero
            let batches: UInt64 = 20
            let size = 5000
            for sequence in 1...batches {
                let entries = try (0..<size).map { index in
                    try entry("10.0.\(index / 250).\(index % 250)", port: UInt16(sequence), accepted: 1, rejected: 1)
                }
                let next = try batch(sequence, [slice(at: Int64(sequence) * 5, entries)])
                spent += try await clock.measure {
                    _ = try await store.ingest(next, logs: [log(seconds: 5)], at: epoch + Int64(sequence) * 5)
                }
            }
            spent += try await clock.measure { try await store.closeWindows(at: epoch + 10000) }
            let sums = try await store.sums(FlowQuery(accountID: account))
            #expect(sums.accepted.records == batches * UInt64(size) && sums.rejected.records == batches * UInt64(size))
            let seconds = Double(spent.components.seconds) + Double(spent.components.attoseconds) / 1e18
            let rate = Double(Int(batches) * size) / seconds
            print("ingest: \(Int(rate)) entries/s, each closed into two records, file, every batch synced")
        }
    }
}
