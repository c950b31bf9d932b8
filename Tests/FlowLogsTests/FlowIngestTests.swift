import Model
import Packet
import Testing

@testable import FlowLogs

@Suite struct FlowIngestTests {
    @Test(arguments: Backend.allCases)
    func `slices of a window become one record per five-tuple and verdict`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let first = try entry(flags: 2, accepted: 3, rejected: 1)
            let second = try entry(flags: 16, accepted: 4)
            let slices = [slice(at: 0, [first]), slice(at: 5, [second]), slice(at: 60, [second])]
            #expect(try await store.ingest(batch(1, slices), logs: [log()], at: epoch + 65) == 1)
            let records = try await store.everything()
            #expect(
                records.map(\.textLine) == [
                    "1 2100000001 eni-a 10.0.0.1 10.0.0.2 40000 443 6 7 700 1800000000 1800000060 ACCEPT OK",
                    "1 2100000001 eni-a 10.0.0.1 10.0.0.2 40000 443 6 1 100 1800000000 1800000060 REJECT OK",
                    "1 2100000001 eni-a 10.0.0.1 10.0.0.2 40000 443 6 4 400 1800000060 1800000120 ACCEPT OK",
                ])
            #expect(records.first?.traffic?.tcpFlags == 18)
            #expect(records.allSatisfy { !$0.isOpen && $0.traffic?.direction == .egress })
        }
    }

    @Test(arguments: Backend.allCases)
    func `details of a window's slices are one: first and last packet, and all that refused`(
        _ backend: Backend
    ) async throws {
        try await backend.withStore { store in
            var first = try entry(accepted: 3, rejected: 1)
            first.times = PacketTimes(first: 100, last: 900)
            first.rejectedTimes = PacketTimes(first: 500, last: 500)
            first.rejectReasons = .securityGroup
            var second = try entry(accepted: 1, rejected: 2)
            second.times = PacketTimes(first: 0, last: 20)
            second.rejectReasons = .host
            let plain = try entry(port: 80, accepted: 1)
            let slices = [slice(at: 5, [first, plain]), slice(at: 10, [second])]
            let both = slices.map { part in
                var part = part
                part.flowLogIDs = ["fl-1", "fl-2"]
                return part
            }
            _ = try await store.ingest(batch(1, both), logs: [log(), log("fl-2", .allow)], at: epoch + 65)
            let records = try await store.everything()
            let fields: [FlowRecord.OptionalField] = [.firstPacket, .lastPacket, .rejectReason]
            func lines(_ log: String) -> [String] {
                records.filter { $0.flowLogID == log }.map { record in
                    ([record.traffic?.action.text ?? "", "\(record.traffic?.destinationPort ?? 0)"]
                        + fields.map(record.value(of:))).joined(separator: " ")
                }
            }
            let accepted = ["ACCEPT 80 - - -", "ACCEPT 443 1800000005100 1800000010020 -"]
            let rejected = "REJECT 443 1800000005500 1800000005500 security-group+host-firewall"
            #expect(lines("fl-1") == accepted + [rejected])
            #expect(lines("fl-2") == accepted)
        }
    }

    @Test(arguments: Backend.allCases)
    func `times behind the end of their slice are not known, and the record is there`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            var late = try entry(accepted: 3, rejected: 1)
            late.times = PacketTimes(first: 0, last: 5001)
            late.rejectedTimes = PacketTimes(first: 5000, last: 5000)
            // In the last whole window that can be written: what lies behind it could not be read again.
            var last = slice(at: 0, [late])
            last.endMilliseconds = FlowWindow.latestMilliseconds + 1 - 60_000
            last.startMilliseconds = last.endMilliseconds - 5000
            _ = try await store.ingest(batch(1, [slice(at: 0, [late]), last]), logs: [log()], at: epoch)
            try await store.closeWindows(at: FlowWindow.latestMilliseconds / 1000)
            let records = try await store.pages(FlowQuery(accountID: nil))
            let accepted = records.filter { $0.traffic?.action == .accept }
            let rejected = records.filter { $0.traffic?.action == .reject }
            #expect(accepted.count == 2 && accepted.allSatisfy { $0.traffic?.times == nil })
            #expect(rejected.count == 2 && rejected.allSatisfy { $0.traffic?.times != nil })
        }
    }

    @Test(arguments: Backend.allCases)
    func `a batch that comes again changes nothing`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            for sequence in 1...20 as ClosedRange<UInt64> {
                let slices = [slice(at: Int64(sequence) * 5, [try entry(accepted: sequence)], skipped: 2)]
                for _ in 0..<2 {
                    let acknowledged = try await store.ingest(
                        batch(sequence, slices), logs: [log()], at: epoch + Int64(sequence) * 5)
                    #expect(acknowledged == sequence)
                }
            }
            #expect(try await store.ingest(batch(7, []), logs: [], at: epoch) == 20)
            _ = try await store.everything()
            let sums = try await store.sums(FlowQuery(accountID: account))
            #expect(sums.accepted.packets == 210 && sums.accepted.bytes == 21000)
            #expect(sums.lost.packets == 40 && sums.lost.bytes == 4000 && sums.isExact)
            let statistics = try await store.statistics()
            #expect(statistics.batches == 20 && statistics.entries == 20 && statistics.repeatedBatches == 21)
        }
    }

    @Test(arguments: Backend.allCases)
    func `the same number of another spool or agent is another batch`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let slices = [slice(at: 0, [try entry(accepted: 1)])]
            let other = "aaaaaaaa-2222-4333-8444-555555555555"
            _ = try await store.ingest(batch(1, slices), logs: [log()], at: epoch)
            _ = try await store.ingest(batch(1, slices, agent: "h-2"), logs: [log()], at: epoch)
            _ = try await store.ingest(batch(1, slices, agent: "h-2", spool: other), logs: [log()], at: epoch)
            _ = try await store.ingest(
                batch(1, slices, agent: "h-2", spool: other.uppercased()), logs: [log()], at: epoch)
            _ = try await store.everything()
            #expect(try await store.sums(FlowQuery(accountID: nil)).accepted.packets == 3)
        }
    }

    @Test(arguments: Backend.allCases)
    func `skipped packets are one SKIPDATA record per ENI and window with exact counts`(
        _ backend: Backend
    ) async throws {
        try await backend.withStore { store in
            let slices = [
                slice(at: 0, [], skipped: 5), slice(at: 5, [], skipped: 6), slice(at: 0, [], eni: "eni-b", skipped: 1),
                slice(at: 60, [], skipped: 9),
            ]
            _ = try await store.ingest(batch(1, slices), logs: [log()], at: epoch)
            let losses = try await store.everything().map { ($0.networkInterfaceID, $0.loss) }
            #expect(losses.map(\.0) == ["eni-a", "eni-b", "eni-a"])
            #expect(losses.map { $0.1?.packets } == [11, 1, 9] && losses.map { $0.1?.bytes } == [1100, 100, 900])
            #expect(losses.allSatisfy { $0.1?.isExact == true && $0.1?.causes.names == ["skipped-by-agent"] })
        }
    }

    @Test(arguments: Backend.allCases)
    func `each flow log keeps its own verdicts in its own stream`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let all = try entry(accepted: 2, rejected: 3)
            let refused = try entry(port: 22, rejected: 4)
            let claims = ["fl-1", "fl-2", "fl-3", "fl-2"]
            let logs = [log(), log("fl-2", .allow, seconds: 300), log("fl-3", .drop, account: "2100000002")]
            _ = try await store.ingest(batch(1, [slice(at: 0, [all, refused], logs: claims)]), logs: logs, at: epoch)
            let records = try await store.everything()
            func lines(_ id: String) -> [String] {
                records.filter { $0.flowLogID == id }.compactMap { record in
                    record.traffic.map { "\($0.destinationPort) \($0.packets) \($0.action.text)" }
                }.sorted()
            }
            #expect(lines("fl-1") == ["22 4 REJECT", "443 2 ACCEPT", "443 3 REJECT"])
            #expect(lines("fl-2") == ["443 2 ACCEPT"])
            #expect(lines("fl-3") == ["22 4 REJECT", "443 3 REJECT"])
            #expect(records.first { $0.flowLogID == "fl-2" }?.window == FlowWindow(start: epoch, end: epoch + 300))
            #expect(records.first { $0.flowLogID == "fl-3" }?.accountID == "2100000002")
        }
    }

    @Test(arguments: Backend.allCases)
    func `windows of an old and a new interval do not mix`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            for (sequence, seconds) in [600, 60, 300].enumerated() {
                let slices = [slice(at: 5 * Int64(sequence), [try entry(accepted: 1)])]
                _ = try await store.ingest(
                    batch(UInt64(sequence) + 1, slices), logs: [log(seconds: seconds)], at: epoch)
            }
            let windows = try await store.everything().map(\.window)
            #expect(windows.map { $0.end - $0.start } == [60, 300, 600])
        }
    }

    @Test(arguments: Backend.allCases)
    func `claims of unknown flow logs are dropped and counted`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let one = try entry(accepted: 2, rejected: 1)
            let slices = [slice(at: 0, [one], logs: ["fl-1", "fl-gone"], skipped: 4), slice(at: 0, [one], logs: [])]
            _ = try await store.ingest(batch(1, slices), logs: [log()], at: epoch)
            let statistics = try await store.statistics()
            #expect(statistics.unclaimedSlices == 2 && statistics.unclaimedPackets == 10)
            #expect(statistics.unclaimedBytes == 1000)
            #expect(try await store.everything().allSatisfy { $0.flowLogID == "fl-1" })
        }
    }

    @Test(arguments: Backend.allCases)
    func `counts that do not fit stay at the largest number and are marked`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            var huge = try entry(accepted: 1)
            huge.acceptedPackets = UInt64(Int64.max) - 1
            var beyond = try entry(port: 1)
            beyond.rejectedPackets = .max
            beyond.rejectedBytes = .max
            var lost = slice(at: 0, [], eni: "eni-b")
            lost.skippedPackets = UInt64(Int64.max)
            // Only the side that did not fit is marked.
            var mixed = try entry(port: 2, accepted: 1, rejected: 1)
            mixed.rejectedBytes = UInt64(Int64.max)
            let slices = [slice(at: 0, [huge, beyond, mixed]), slice(at: 5, [huge, mixed]), lost, lost]
            _ = try await store.ingest(batch(1, slices), logs: [log()], at: epoch)
            let records = try await store.everything()
            let halves = records.compactMap(\.traffic).filter { $0.destinationPort == 2 }
            #expect(halves.map(\.isSaturated) == [false, true] && halves.map(\.packets) == [2, 2])
            let traffic = records.compactMap(\.traffic).filter { $0.destinationPort != 2 }
            #expect(traffic.count == 2 && traffic.allSatisfy { $0.packets == UInt64(Int64.max) && $0.isSaturated })
            #expect(records.compactMap(\.loss).map(\.causes) == [[.skippedByAgent, .countOverflow]])
            let sums = try await store.sums(FlowQuery(accountID: nil))
            #expect(!sums.isExact && sums.accepted.packets == UInt64(Int64.max) + 2)
        }
    }

    @Test(arguments: Backend.allCases)
    func `packets of a slice with impossible times are lost in the window of arrival`(
        _ backend: Backend
    ) async throws {
        try await backend.withStore { store in
            for (sequence, (start, end)) in [(-1, 5), (10, 5), (0, Int64.max), (Int64.min, Int64.max)].enumerated() {
                var odd = slice(at: 0, [try entry(accepted: 2, rejected: 1)], skipped: 1)
                odd.startMilliseconds = start
                odd.endMilliseconds = end
                _ = try await store.ingest(
                    batch(UInt64(sequence) + 1, [odd]), logs: [log("fl-1", .drop)], at: epoch + 61)
            }
            let records = try await store.everything()
            #expect(records.map(\.window) == [FlowWindow(start: epoch + 60, end: epoch + 120)])
            #expect(records.first?.loss == FlowLoss(packets: 8, bytes: 800, causes: .invalidTime))
        }
    }

    @Test(arguments: Backend.allCases)
    func `impossible batches and settings are refused and write nothing`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let slices = [slice(at: 0, [try entry(accepted: 1)])]
            for sequence in [0, UInt64(Int64.max), UInt64.max] {
                await #expect(throws: FlowLogError.self) {
                    try await store.ingest(batch(sequence, slices), logs: [log()], at: epoch)
                }
            }
            for seconds in [Int.min, 0, 3601, Int.max] {
                await #expect(throws: FlowLogError.self) {
                    try await store.ingest(batch(1, slices), logs: [log(seconds: seconds)], at: epoch)
                }
            }
            await #expect(throws: FlowLogError.invalidBatch("an agent ID has 1 to 128 bytes")) {
                try await store.ingest(batch(1, slices, agent: ""), logs: [log()], at: epoch)
            }
            #expect(try await store.statistics() == FlowStatistics())
            for now in [Int64.min, -1, Int64.max] {
                _ = try await store.ingest(batch(1, slices), logs: [log()], at: now)
                try await store.closeWindows(at: now)
                try await store.expire(at: min(now, epoch))
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `idle windows are NODATA records when asked for`(_ backend: Backend) async throws {
        try await backend.withStore(FlowLogConfiguration(reportsIdleWindows: true)) { store in
            let slices = [
                slice(at: 0, []), slice(at: 0, [try entry(accepted: 1)], eni: "eni-b"),
                slice(at: 60, [try entry(accepted: 1)], logs: ["fl-2"]),
            ]
            _ = try await store.ingest(batch(1, slices), logs: [log(), log("fl-2", .drop)], at: epoch)
            let lines = try await store.everything().map(\.textLine)
            #expect(lines.count == 2)
            #expect(lines.first == "1 2100000001 eni-a - - - - - - - 1800000000 1800000060 - NODATA")
        }
        try await backend.withStore { store in
            _ = try await store.ingest(batch(1, [slice(at: 0, [])]), logs: [log()], at: epoch)
            #expect(try await store.everything().isEmpty)
        }
    }
}
