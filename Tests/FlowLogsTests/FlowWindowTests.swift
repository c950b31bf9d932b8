import FlowLogs
import Packet
import Testing

@Suite struct FlowWindowTests {
    @Test(arguments: Backend.allCases)
    func `a window closes when its agent has gone on to a later slice`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let one = try entry(accepted: 1)
            // More batches may belong to the drain that ended with the window: its own end is not enough.
            _ = try await store.ingest(batch(1, [slice(at: 55, [one])]), logs: [log()], at: epoch + 60)
            #expect(try await store.search(FlowQuery(accountID: nil)).records.isEmpty)
            _ = try await store.ingest(batch(2, [slice(at: 55, [one])]), logs: [log()], at: epoch + 60)
            _ = try await store.ingest(batch(3, [slice(at: 60, [one])]), logs: [log()], at: epoch + 60)
            let records = try await store.search(FlowQuery(accountID: nil)).records
            #expect(records.compactMap(\.traffic?.packets) == [2])
            #expect(try await store.statistics().openWindows == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a window closes with the batch that says it is complete`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let one = try entry(accepted: 1)
            _ = try await store.ingest(batch(1, [slice(at: 55, [one])]), logs: [log()], at: epoch + 60)
            #expect(try await store.search(FlowQuery(accountID: nil)).records.isEmpty)
            let last = try batch(2, [slice(at: 55, [one])], completeThrough: 60)
            _ = try await store.ingest(last, logs: [log()], at: epoch + 60)
            try await store.closeWindows(at: epoch + 60)
            #expect(try await store.search(FlowQuery(accountID: nil)).records.compactMap(\.traffic?.packets) == [2])
        }
    }

    @Test(arguments: Backend.allCases)
    func `an ENI without traffic feeds its window by empty slices, and is NODATA when asked for`(
        _ backend: Backend
    ) async throws {
        for isReported in [false, true] {
            try await backend.withStore(FlowLogConfiguration(reportsIdleWindows: isReported)) { store in
                let slices = [slice(at: 55, [try entry(accepted: 1)]), slice(at: 55, [], eni: "eni-idle")]
                _ = try await store.ingest(batch(1, slices, completeThrough: 60), logs: [log()], at: epoch + 60)
                try await store.closeWindows(at: epoch + 60)
                let records = try await store.search(FlowQuery(accountID: nil)).records
                #expect(
                    records.map { "\($0.networkInterfaceID) \($0.status.text)" }.sorted()
                        == ["eni-a OK"] + (isReported ? ["eni-idle NODATA"] : []))
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `a window of a silent agent closes after the grace`(_ backend: Backend) async throws {
        try await backend.withStore(FlowLogConfiguration(graceSeconds: 10)) { store in
            _ = try await store.ingest(batch(1, [slice(at: 0, [try entry(accepted: 1)])]), logs: [log()], at: epoch)
            #expect(try await store.closeWindows(at: epoch + 69) == 0)
            #expect(try await store.closeWindows(at: epoch + 70) == 1)
            #expect(try await store.closeWindows(at: epoch + 70) == 0)
        }
    }

    @Test(arguments: Backend.allCases)
    func `an agent that catches up holds its windows open however late it is`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let now = epoch + 86400
            for step in 0..<12 as Range<Int64> {
                let slices = [slice(at: step * 5, [try entry(accepted: 1)])]
                _ = try await store.ingest(batch(UInt64(step) + 1, slices), logs: [log()], at: now + step)
                #expect(try await store.closeWindows(at: now + step) == 0)
            }
            _ = try await store.ingest(batch(13, [slice(at: 60, [])]), logs: [log()], at: now + 12)
            let records = try await store.search(FlowQuery(accountID: nil)).records
            #expect(records.compactMap(\.traffic?.packets) == [12])
        }
    }

    @Test(arguments: Backend.allCases)
    func `a window two agents feed waits for both, or for the grace`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let one = try entry(accepted: 1)
            _ = try await store.ingest(batch(1, [slice(at: 0, [one])], agent: "h-2"), logs: [log()], at: epoch + 58)
            _ = try await store.ingest(batch(1, [slice(at: 0, [one])]), logs: [log()], at: epoch + 58)
            _ = try await store.ingest(batch(2, [slice(at: 60, [one])]), logs: [log()], at: epoch + 65)
            #expect(try await store.search(FlowQuery(accountID: nil)).records.isEmpty)
            #expect(try await store.closeWindows(at: epoch + 68) == 1)
            #expect(try await store.search(FlowQuery(accountID: nil)).records.compactMap(\.traffic?.packets) == [2])
        }
    }

    @Test(arguments: Backend.allCases)
    func `slices that come after the close make a further record of the window`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let one = try entry(accepted: 1)
            _ = try await store.ingest(batch(1, [slice(at: 0, [one])]), logs: [log()], at: epoch)
            try await store.closeWindows(at: epoch + 600)
            let before = try await store.pages(FlowQuery(accountID: nil))
            _ = try await store.ingest(batch(2, [slice(at: 5, [one])]), logs: [log()], at: epoch + 600)
            let after = try await store.everything()
            #expect(after.count == 2 && after.first == before.first)
            #expect(Set(after.map(\.window)).count == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a clock that jumps ahead and back loses nothing`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let one = try entry(accepted: 1)
            for (sequence, offset) in [0, 5, 360_000, 10, 15, 60].enumerated() {
                _ = try await store.ingest(
                    batch(UInt64(sequence) + 1, [slice(at: Int64(offset), [one])]), logs: [log()],
                    at: epoch + Int64(sequence) * 5)
            }
            // Closed when the clock was ahead, when it was back, and the one ahead, whose time nobody waits for.
            let records = try await store.search(FlowQuery(accountID: nil)).records
            #expect(records.count == 3 && records.compactMap(\.traffic?.packets).reduce(0, +) == 5)
            #expect(try await store.everything().compactMap(\.traffic?.packets).reduce(0, +) == 6)
        }
    }

    @Test(arguments: Backend.allCases)
    func `running windows are shown when asked for, marked, as they stand`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let entries = try (1...5).map { try entry(port: UInt16($0), accepted: 1, rejected: 2) }
            _ = try await store.ingest(batch(1, [slice(at: 0, entries)]), logs: [log()], at: epoch)
            let slices = [slice(at: 60, entries, skipped: 3)]
            _ = try await store.ingest(batch(2, slices), logs: [log()], at: epoch + 65)
            for newestFirst in [false, true] {
                for limit in [1, 3, 10, 11, 100] {
                    let query = FlowQuery(accountID: account, newestFirst: newestFirst, includeOpen: true, limit: limit)
                    let records = try await store.pages(query)
                    #expect(records.count == 21 && Set(records).count == 21)
                    #expect(records.count { $0.isOpen } == 11)
                    #expect(
                        records.map(\.isOpen) == records.map(\.isOpen).sorted { newestFirst ? $0 && !$1 : !$0 && $1 })
                }
            }
            let sums = try await store.sums(FlowQuery(accountID: account, includeOpen: true))
            #expect(sums.accepted.packets == 10 && sums.rejected.packets == 20 && sums.lost.packets == 3)
            #expect(try await store.pages(FlowQuery(accountID: account)).count == 10)
        }
    }
}
