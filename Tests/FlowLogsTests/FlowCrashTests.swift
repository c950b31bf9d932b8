#if DEBUG
import Foundation
import Packet
import Synchronization
import Testing

@testable import FlowLogs

/// A server that dies at any step on the disk: each acknowledged batch is in the records once, and no other harm.
@Suite struct FlowCrashTests {
    private static let ports = 20

    private static func numbered(_ sequence: UInt64) throws -> FlowBatch {
        let entries = try (0..<ports).map { try entry(port: UInt16($0), accepted: sequence) }
        return try batch(sequence, [slice(at: Int64(sequence) * 5, entries)])
    }

    private static func packets(through sequence: UInt64) -> UInt64 { sequence * (sequence + 1) / 2 * UInt64(ports) }

    /// Ingests, closes, seals and expires until it is killed.
    private static func live(_ directory: String, dyingAt step: Int, time: Int) async throws {
        let counter = StepCounter(step: step, time: time)
        let configuration = FlowLogConfiguration(retentionSeconds: 3600, sealRecords: 50)
        let store = try FlowStore(directory: directory + "/flows", configuration: configuration) { counter.reached($0) }
        let acknowledged = open(directory + "/acknowledged", O_WRONLY | O_CREAT, 0o600)
        for sequence in 1...UInt64(200) {
            let now = epoch + Int64(sequence) * 5
            _ = try await store.ingest(numbered(sequence), logs: [log(seconds: 5)], at: now)
            withUnsafeBytes(of: sequence) { _ = pwrite(acknowledged, $0.baseAddress, 8, 0) }
            if sequence % 10 == 0 { try await store.seal() }
            // Nothing is old enough but the first files.
            if sequence == 100 { try await store.expire(at: epoch + 3600 + 100) }
        }
        kill(getpid(), SIGKILL)
    }

    @Test(arguments: FlowStoreStep.allCases.map(\.rawValue), [1, 2, 7])
    func `a server that dies at a step has each acknowledged batch once`(_ step: Int, _ time: Int) async throws {
        try await withDirectory { directory in
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [directory = directory as String, step = step as Int, time = time as Int] in
                try await Self.live(directory, dyingAt: step, time: time)
            }
            let bytes = (try? Data(contentsOf: URL(fileURLWithPath: directory + "/acknowledged"))) ?? Data()
            let acknowledged = bytes.reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
            let store = try FlowStore(directory: directory + "/flows")
            #expect(store.recovery.damage == [])
            let expired = try await store.statistics().expiredRecords
            let sums = try await store.sums(FlowQuery(accountID: account, includeOpen: true))
            let gone = Self.packets(through: expired / UInt64(Self.ports))
            let found = sums.accepted.packets + gone
            #expect([acknowledged, acknowledged + 1].map(Self.packets).contains(found))
            for sequence in 1...acknowledged + 5 {
                _ = try await store.ingest(Self.numbered(sequence), logs: [log(seconds: 5)], at: epoch)
            }
            _ = try await store.everything()
            try await store.seal()
            let whole = try await store.sums(FlowQuery(accountID: account))
            #expect(whole.accepted.packets + gone == Self.packets(through: acknowledged + 5) && whole.isExact)
            #expect(whole.accepted.records + expired == UInt64(Self.ports) * (acknowledged + 5))
            await store.close()
            let verified = try FlowVerifier.verify(directory: directory + "/flows")
            #expect(verified.problems == [])
        }
    }

    private final class StepCounter: Sendable {
        private let step: Int
        private let left: Mutex<Int>

        init(step: Int, time: Int) {
            self.step = step
            left = Mutex(time)
        }

        func reached(_ step: FlowStoreStep) {
            guard step.rawValue == self.step else { return }
            let isLast = left.withLock { left in
                left -= 1
                return left == 0
            }
            if isLast { kill(getpid(), SIGKILL) }
        }
    }
}
#endif
