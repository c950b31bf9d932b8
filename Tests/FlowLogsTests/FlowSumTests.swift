import FlowLogs
import Model
import Packet
import Testing

/// Whatever agents send, however often and in which order: the records hold exactly what the slices held.
@Suite struct FlowSumTests {
    private struct Key: Hashable {
        var flowLogID: String
        var networkInterfaceID: String
        var port: UInt16
        var action: FlowAction
    }

    private struct Sent {
        var traffic: [Key: FlowSums.Count] = [:]
        var lost: [String: UInt64] = [:]

        mutating func add(_ key: Key, _ packets: UInt64, _ bytes: UInt64) {
            guard packets > 0 else { return }
            traffic[key, default: FlowSums.Count()].packets += packets
            traffic[key, default: FlowSums.Count()].bytes += bytes
        }
    }

    private static let logs = [
        log("fl-0", seconds: 5), log("fl-1", .allow, seconds: 60), log("fl-2", .drop, seconds: 300),
        log("fl-3", seconds: 600, account: "2100000002"),
    ]

    @Test(arguments: Backend.allCases, [1, 2, 3] as [UInt64])
    func `the sum of the records is the sum of the slices`(_ backend: Backend, _ seed: UInt64) async throws {
        try await backend.withStore { store in
            var random = Seeded(state: seed)
            var sent = Sent()
            var past: [FlowBatch] = []
            for step in 0..<150 as Range<Int64> {
                for agent in ["h-1", "h-2"] {
                    let slices = try (0..<Int.random(in: 0...3, using: &random)).map { _ in
                        try randomSlice(step: step, agent, &random, &sent)
                    }
                    past.append(try batch(UInt64(step) + 1, slices, agent: agent))
                }
                // The newest batches go out in order, older ones again at random; windows close in between.
                for new in past.suffix(2) { _ = try await store.ingest(new, logs: Self.logs, at: epoch + step * 5) }
                for _ in 0..<2 {
                    let old = try #require(past.randomElement(using: &random))
                    let acknowledged = try await store.ingest(old, logs: Self.logs, at: epoch + step * 5)
                    #expect(acknowledged == UInt64(step) + 1)
                }
                if Bool.random(using: &random) { try await store.closeWindows(at: epoch + step * 5) }
            }
            let records = try await store.everything(FlowQuery(accountID: nil, limit: 777))
            var found = Sent()
            for record in records {
                if let loss = record.loss { found.lost[record.flowLogID, default: 0] += loss.packets }
                guard let traffic = record.traffic else { continue }
                let key = Key(
                    flowLogID: record.flowLogID, networkInterfaceID: record.networkInterfaceID,
                    port: traffic.destinationPort, action: traffic.action)
                found.add(key, traffic.packets, traffic.bytes)
                let log = try #require(Self.logs.first { $0.flowLogID == record.flowLogID })
                #expect(record.window.end - record.window.start == Int64(log.windowSeconds))
                #expect(record.window.start % Int64(log.windowSeconds) == 0)
            }
            #expect(found.traffic == sent.traffic && found.lost == sent.lost)
            // Agents that do not lag leave one record per window and flow.
            #expect(Set(records.map { Flow($0) }).count == records.count)
            let sums = try await store.sums(FlowQuery(accountID: nil))
            #expect(sums.isExact && sums.lost.packets == sent.lost.values.reduce(0, +))
            for action in FlowAction.allCases {
                let packets = sent.traffic.filter { $0.key.action == action }.values.reduce(0) { $0 + $1.packets }
                #expect(packets == (action == .accept ? sums.accepted : sums.rejected).packets)
            }
        }
    }

    private struct Flow: Hashable {
        var id: [String]
        var window: FlowWindow
        var traffic: FlowTraffic?

        init(_ record: FlowRecord) {
            id = [record.flowLogID, record.networkInterfaceID, record.status.text]
            window = record.window
            traffic = record.traffic
            traffic?.packets = 0
            traffic?.bytes = 0
            traffic?.tcpFlags = 0
        }
    }

    private func randomSlice(
        step: Int64, _ agent: String, _ random: inout Seeded, _ sent: inout Sent
    ) throws -> FlowSlice {
        let eni = "eni-\(agent)-\(Int.random(in: 0..<2, using: &random))"
        let claims = Self.logs.map(\.flowLogID).filter { _ in Bool.random(using: &random) } + ["fl-gone"]
        let skipped: UInt64 = Int.random(in: 0..<5, using: &random) == 0 ? 7 : 0
        let entries = try (0..<Int.random(in: 0...6, using: &random)).map { _ in
            try entry(
                port: UInt16.random(in: 0..<8, using: &random), accepted: UInt64.random(in: 0...9, using: &random),
                rejected: UInt64.random(in: 0...2, using: &random), bytesEach: 60)
        }
        for claim in claims where claim != "fl-gone" {
            sent.lost[claim, default: 0] += skipped
            for entry in entries {
                var key = Key(
                    flowLogID: claim, networkInterfaceID: eni, port: entry.destinationPort, action: .accept)
                if claim != "fl-2" { sent.add(key, entry.acceptedPackets, entry.acceptedBytes) }
                key.action = .reject
                if claim != "fl-1" { sent.add(key, entry.rejectedPackets, entry.rejectedBytes) }
            }
        }
        return slice(at: step * 5, entries, eni: eni, logs: claims, skipped: skipped)
    }
}
