import FlowLogs
import Testing

/// What is known to be missing: how much, and from when to when.
@Suite struct FlowGapTests {
    @Test(arguments: Backend.allCases)
    func `sums of several drains are one SKIPDATA record from the first's window to the last's`(
        _ backend: Backend
    ) async throws {
        try await backend.withStore { store in
            // The last drain ended with its window.
            let sums = [slice(at: 65, [], skipped: 30, seconds: 115), slice(at: 0, [], skipped: 2)]
            let before = [slice(at: 55, [try entry(accepted: 1)]), slice(at: 0, [], skipped: 1)]
            _ = try await store.ingest(batch(1, before), logs: [log()], at: epoch)
            _ = try await store.ingest(batch(9, sums, from: 2), logs: [log()], at: epoch)
            let losses = try await store.everything().filter { $0.loss != nil }
            #expect(losses.map { $0.loss?.packets } == [3, 30] && losses.allSatisfy { $0.loss?.isExact == true })
            #expect(
                losses.map(\.window) == [
                    FlowWindow(start: epoch, end: epoch + 60), FlowWindow(start: epoch + 60, end: epoch + 180),
                ])
        }
    }

    @Test(arguments: Backend.allCases)
    func `a window that was accounted only in part says so, whatever it has besides`(
        _ backend: Backend
    ) async throws {
        try await backend.withStore(FlowLogConfiguration(reportsIdleWindows: true)) { store in
            let slices = [
                slice(at: 0, [try entry(accepted: 2)]), slice(at: 5, [try entry(accepted: 3)], hasGap: true),
                slice(at: 10, []), slice(at: 60, []), slice(at: 120, [], skipped: 4, hasGap: true),
                // Idle as far as it was seen, and idle.
                slice(at: 0, [], eni: "eni-b", hasGap: true), slice(at: 60, [], eni: "eni-b"),
            ]
            _ = try await store.ingest(batch(1, slices), logs: [log()], at: epoch)
            let records = try await store.everything()
            func lines(_ eni: String) -> [String] {
                records.filter { $0.networkInterfaceID == eni }.map { record in
                    let causes = record.loss.map { "\($0.packets) \($0.causes.names) \($0.isExact)" } ?? ""
                    let packets = record.traffic.map { String($0.packets) } ?? ""
                    return "\(record.window.start - epoch) \(record.status.text) \(packets)\(causes)"
                }
            }
            #expect(
                lines("eni-a") == [
                    "0 OK 5", "0 SKIPDATA 0 [\"not-accounted\"] false", "60 NODATA ",
                    "120 SKIPDATA 4 [\"skipped-by-agent\", \"not-accounted\"] false",
                ])
            #expect(lines("eni-b") == ["0 SKIPDATA 0 [\"not-accounted\"] false", "60 NODATA "])
            let sums = try await store.sums(FlowQuery(accountID: account))
            #expect(!sums.isExact && sums.accepted.packets == 5 && sums.lost.packets == 4 && sums.lost.records == 3)
        }
    }

    @Test(arguments: Backend.allCases)
    func `time over many windows that nobody counted is told for all of them`(_ backend: Backend) async throws {
        try await backend.withStore(FlowLogConfiguration(reportsIdleWindows: true)) { store in
            let slices = [
                slice(at: 0, [try entry(accepted: 2)]),
                // As after a restart of the machine; the windows at both ends have slices of their own.
                slice(at: 5, [], hasGap: true, seconds: 3600), slice(at: 3605, []), slice(at: 3660, []),
            ]
            _ = try await store.ingest(batch(1, slices), logs: [log()], at: epoch + 3660)
            let records = try await store.everything()
            #expect(
                records.map { "\($0.window.start - epoch) \($0.window.end - epoch) \($0.status.text)" } == [
                    "0 60 OK", "0 60 SKIPDATA", "60 3600 SKIPDATA", "3600 3660 SKIPDATA", "3660 3720 NODATA",
                ])
        }
    }
}
