import FlowLogs
import Packet
import Testing

/// Running windows take bounded memory, whatever agents send, and what found no room is counted exactly.
@Suite struct FlowRoomTests {
    private static let now = epoch + 499_980

    /// An agent that is far behind keeps all its windows open.
    private func fill(_ store: FlowStore, _ slices: [FlowSlice], _ logs: [FlowLogSettings]) async throws {
        var sequence: UInt64 = 0
        for from in stride(from: 0, to: slices.count, by: 500) {
            sequence += 1
            let part = Array(slices[from..<min(from + 500, slices.count)])
            _ = try await store.ingest(batch(sequence, part, completeThrough: -600), logs: logs, at: Self.now)
        }
    }

    private func sum(_ store: FlowStore) async throws -> FlowSums {
        try await store.sums(FlowQuery(accountID: account, includeOpen: true))
    }

    @Test(arguments: Backend.allCases)
    func `losses at more times than windows may run are counted when they arrive`(_ backend: Backend) async throws {
        try await backend.withStore(FlowLogConfiguration(maximumOpenFlows: 1000)) { store in
            let slices = (0..<3000 as Range<Int64>).map { slice(at: 600 + $0 * 60, [], skipped: 7) }
            try await fill(store, slices, [log()])
            // And the one window of their arrival.
            #expect(try await store.statistics().openWindows == 1001)
            let running = try await sum(store)
            #expect(running.lost.packets == 21_000 && running.lost.bytes == 2_100_000 && running.isExact)
            let records = try await store.everything()
            let losses = records.compactMap(\.loss)
            #expect(records.count == 1001 && losses.count == 1001 && losses.allSatisfy(\.isExact))
            let crowded = records.filter { $0.loss?.causes == [.skippedByAgent, .windowsFull] }
            #expect(crowded.map(\.window) == [FlowWindow(start: Self.now, end: Self.now + 60)])
            #expect(crowded.first?.loss?.packets == 14_000)
        }
    }

    @Test(arguments: Backend.allCases)
    func `traffic without a window is SKIPDATA, and windows make room when they close`(_ backend: Backend) async throws
    {
        try await backend.withStore(FlowLogConfiguration(maximumOpenFlows: 1000)) { store in
            var slices = (0..<1000 as Range<Int64>).map { slice(at: 600 + $0 * 60, [], skipped: 1) }
            for offset in 1000..<1100 as Range<Int64> {
                slices.append(slice(at: 600 + offset * 60, [try entry(accepted: 3, rejected: 2)]))
            }
            try await fill(store, slices, [log("fl-1", .allow)])
            let statistics = try await store.statistics()
            #expect(statistics.openWindows == 1001 && statistics.openFlows == 0 && statistics.crowdedPackets == 300)
            let sums = try await sum(store)
            #expect(sums.accepted.packets == 0 && sums.lost.packets == 1300 && sums.isExact)
            try await store.closeWindows(at: epoch + 900_000)
            let late = [slice(at: 600 + 1000 * 60, [try entry(accepted: 3)])]
            _ = try await store.ingest(batch(9, late), logs: [log()], at: epoch + 900_000)
            #expect(try await store.everything().compactMap(\.traffic?.packets) == [3])
        }
    }

    @Test func `idle slices at any times open no more windows, nor do losses of unknown size`() async throws {
        let configuration = FlowLogConfiguration(reportsIdleWindows: true, maximumOpenFlows: 1000)
        try await Backend.journal.withStore(configuration) { store in
            let slices = (0..<2000 as Range<Int64>).map { slice(at: 600 + $0 * 60, []) }
            try await fill(store, slices, [log()])
            #expect(try await store.statistics().openWindows == 1000)
            // A gap before each: the loss reaches from the last slice to the next one.
            for step in 0..<20 as Range<UInt64> {
                let next = [slice(at: 200_000 + Int64(step) * 60, [])]
                _ = try await store.ingest(
                    batch(100 + 2 * step, next, completeThrough: -600), logs: [log()], at: Self.now)
            }
            #expect(try await store.statistics().openWindows == 1001)
            let losses = try await store.everything().compactMap(\.loss)
            #expect(losses.map(\.causes) == [[.missingBatch, .windowsFull]])
        }
    }

    @Test func `a store opened again has counted the same`() async throws {
        try await withDirectory { directory in
            let configuration = FlowLogConfiguration(maximumOpenFlows: 1000)
            let slices = try (0..<1500 as Range<Int64>).map {
                slice(at: 600 + $0 * 60, [try entry(accepted: 2)], skipped: 7)
            }
            let store = try FlowStore(directory: directory + "/flows", configuration: configuration)
            try await fill(store, slices, [log()])
            let before = try await store.view(includeRunning: true).running
            let sums = try await sum(store)
            #expect(sums.accepted.packets == 2000 && sums.lost.packets == 1500 * 7 + 1000)
            await store.close()
            // What bounds a batch is written down with it.
            let again = try FlowStore(directory: directory + "/flows")
            #expect(try await again.view(includeRunning: true).running == before)
        }
    }
}
