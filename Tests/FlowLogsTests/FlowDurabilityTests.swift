import FlowLogs
import Foundation
import Packet
import Testing

@Suite struct FlowDurabilityTests {
    private static let ports = 40

    private static func numbered(_ sequence: UInt64) throws -> FlowBatch {
        let entries = try (0..<ports).map { try entry(port: UInt16($0), accepted: sequence) }
        return try batch(sequence, [slice(at: Int64(sequence) * 5, entries)])
    }

    /// Sum of all packets of the batches `1...sequence`.
    private static func packets(through sequence: UInt64) -> UInt64 { sequence * (sequence + 1) / 2 * UInt64(ports) }

    @Test(arguments: [0, 1, 7, 23, 60, 150])
    func `a killed server has each acknowledged batch once and takes the others again`(
        _ milliseconds: Int
    ) async throws {
        try await withDirectory { directory in
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [directory = directory as String, milliseconds = milliseconds as Int] in
                let store = try FlowStore(directory: directory + "/flows")
                let acknowledged = open(directory + "/acknowledged", O_WRONLY | O_CREAT, 0o600)
                var sequence: UInt64 = 0
                while true {
                    sequence += 1
                    let now = epoch + Int64(sequence) * 5
                    _ = try await store.ingest(Self.numbered(sequence), logs: [log(seconds: 5)], at: now)
                    withUnsafeBytes(of: sequence) { _ = pwrite(acknowledged, $0.baseAddress, 8, 0) }
                    if sequence == 3 {
                        Thread.detachNewThread {
                            usleep(UInt32(milliseconds) * 1000)
                            kill(getpid(), SIGKILL)
                        }
                    }
                }
            }
            let bytes = try Data(contentsOf: URL(fileURLWithPath: directory + "/acknowledged"))
            let acknowledged = bytes.reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
            let store = try FlowStore(directory: directory + "/flows")
            // The commit that was under way is there wholly or not at all.
            let sums = try await store.sums(FlowQuery(accountID: account, includeOpen: true))
            let next = acknowledged + 1
            #expect([Self.packets(through: acknowledged), Self.packets(through: next)].contains(sums.accepted.packets))
            for sequence in 1...acknowledged + 5 {
                let answer = try await store.ingest(Self.numbered(sequence), logs: [log(seconds: 5)], at: epoch)
                #expect(answer >= sequence)
            }
            _ = try await store.everything()
            let whole = try await store.sums(FlowQuery(accountID: account))
            #expect(whole.accepted.packets == Self.packets(through: acknowledged + 5) && whole.isExact)
            #expect(whole.accepted.records == UInt64(Self.ports) * (acknowledged + 5))
        }
    }

    @Test func `a store opened again goes on where it was`() async throws {
        try await withDirectory { directory in
            let path = directory + "/flows"
            for sequence in 1...6 as ClosedRange<UInt64> {
                let store = try FlowStore(directory: path)
                _ = try await store.ingest(Self.numbered(sequence), logs: [log()], at: epoch)
                #expect(try await store.ingest(Self.numbered(1), logs: [log()], at: epoch) == sequence)
                await store.close()
            }
            let store = try FlowStore(directory: path)
            _ = try await store.everything()
            #expect(try await store.sums(FlowQuery(accountID: nil)).accepted.packets == Self.packets(through: 6))
            #expect(try await store.statistics().batches == 6)
            for (name, rights) in [("", 0o700), ("/journal-0000000001.wfj", 0o600), ("/catalogue.sqlite", 0o600)] {
                let mode = try FileManager.default.attributesOfItem(atPath: path + name)[.posixPermissions] as? Int
                #expect(mode == rights, "\(name)")
            }
        }
    }

    @Test func `a cancelled batch is in wholly or not at all`() async throws {
        try await Backend.journal.withStore { store in
            for sequence in 1...40 as ClosedRange<UInt64> {
                let task = Task { try await store.ingest(Self.numbered(sequence), logs: [log()], at: epoch) }
                if sequence % 2 == 0 { await Task.yield() }
                task.cancel()
                _ = await task.result
                #expect(try await store.ingest(Self.numbered(sequence), logs: [log()], at: epoch) == sequence)
            }
            _ = try await store.everything()
            #expect(try await store.sums(FlowQuery(accountID: nil)).accepted.packets == Self.packets(through: 40))
        }
    }

    @Test func `writers and readers at once see whole batches`() async throws {
        try await Backend.journal.withStore { store in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for agent in 0..<4 {
                    group.addTask {
                        for sequence in 1...25 as ClosedRange<UInt64> {
                            var next = try Self.numbered(sequence)
                            next.agentID = "h-\(agent)"
                            _ = try await store.ingest(next, logs: [log()], at: epoch)
                        }
                    }
                    group.addTask {
                        for _ in 0..<25 {
                            let sums = try await store.sums(FlowQuery(accountID: nil, includeOpen: true))
                            #expect(sums.accepted.packets % UInt64(Self.ports) == 0)
                        }
                    }
                }
                try await group.waitForAll()
            }
            _ = try await store.everything()
            #expect(try await store.sums(FlowQuery(accountID: nil)).accepted.packets == 4 * Self.packets(through: 25))
        }
    }
}
