import FlowLogs
import Foundation
import GRDB
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
                let store = try SQLiteFlowLogStore(path: directory + "/flows.sqlite")
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
            let store = try SQLiteFlowLogStore(path: directory + "/flows.sqlite")
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
            let path = directory + "/flows.sqlite"
            for sequence in 1...6 as ClosedRange<UInt64> {
                let store = try SQLiteFlowLogStore(path: path)
                _ = try await store.ingest(Self.numbered(sequence), logs: [log()], at: epoch)
                #expect(try await store.ingest(Self.numbered(1), logs: [log()], at: epoch) == sequence)
            }
            let store = try SQLiteFlowLogStore(path: path)
            _ = try await store.everything()
            #expect(try await store.sums(FlowQuery(accountID: nil)).accepted.packets == Self.packets(through: 6))
            #expect(try await store.statistics().batches == 6)
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    @Test func `a cancelled batch is in wholly or not at all`() async throws {
        try await Backend.file.withStore { store in
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
        try await Backend.file.withStore { store in
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

    @Test func `damaged rows are named and the others shown`() async throws {
        try await withDirectory { directory in
            let path = directory + "/flows.sqlite"
            let store = try SQLiteFlowLogStore(path: path)
            let entries = try (0..<20).map { try entry(port: $0, accepted: 1) }
            _ = try await store.ingest(batch(1, [slice(at: 0, entries)]), logs: [log()], at: epoch)
            try await store.closeWindows(at: epoch + 1000)
            let damages = [
                "status = 9", "direction = 2", "transport = 256", "transport = NULL", "source = 4294967296",
                "source = -1", "destination = x'010203'", "destination = 'text'", "source_port = 65536",
                "destination_port = -1", "tcp_flags = 1000", "action = 7", "packets = -5", "bytes = -1",
                "window_start = -9", "window_end = 0",
            ]
            try await DatabaseQueue(path: path).write { db in
                for (index, damage) in damages.enumerated() {
                    try db.execute(sql: "UPDATE record SET \(damage) WHERE id = ?", arguments: [index + 1])
                }
                try db.execute(sql: "UPDATE stream SET account_id = x'00ff41' || char(0)")
            }
            let query = FlowQuery(accountID: nil, limit: 3)
            var page = try await store.search(query)
            var records = page.records.count, damaged = page.damaged
            while let cursor = page.cursor {
                page = try await store.search(FlowQuery(accountID: nil, limit: 3, cursor: cursor))
                records += page.records.count
                damaged += page.damaged
            }
            #expect(records == 4 && damaged.sorted() == (1...damages.count).map { "record \($0)" }.sorted())
            let tail = try await store.tail(FlowQuery(accountID: nil, cursor: "t1.0"), patience: .zero)
            #expect(tail.records.count == 4 && tail.damaged.sorted() == damaged.sorted())
            _ = try await store.sums(FlowQuery(accountID: nil))
        }
    }

    @Test func `a damaged, foreign or newer file is a clear error`() async throws {
        try await withDirectory { directory in
            let path = directory + "/flows.sqlite"
            try Data(repeating: 0x41, count: 8192).write(to: URL(fileURLWithPath: path))
            #expect(throws: FlowLogError.self) { try SQLiteFlowLogStore(path: path) }
            #expect(throws: FlowLogError.self) { try SQLiteFlowLogStore(path: directory + "/none/flows.sqlite") }
            #expect(throws: FlowLogError.self) { try SQLiteFlowLogStore(path: directory) }
            let newer = directory + "/newer.sqlite"
            _ = try SQLiteFlowLogStore(path: newer)
            try await DatabaseQueue(path: newer).write { db in
                try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('999')")
            }
            #expect(throws: FlowLogError.newerSchema) { try SQLiteFlowLogStore(path: newer) }
        }
    }

    @Test func `pages torn out of the file are errors, not crashes`() async throws {
        try await withDirectory { directory in
            let path = directory + "/flows.sqlite"
            do {
                let store = try SQLiteFlowLogStore(path: path)
                for sequence in 1...40 as ClosedRange<UInt64> {
                    _ = try await store.ingest(Self.numbered(sequence), logs: [log(seconds: 5)], at: epoch)
                }
                try await store.closeWindows(at: epoch + 10000)
            }
            try await DatabaseQueue(path: path).writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint") }
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            var random = Seeded(state: 7)
            for round in 0..<100 {
                let copy = "\(directory)/copy-\(round).sqlite"
                var bytes = whole
                for _ in 0..<200 {
                    let index = Int.random(in: 100..<bytes.count, using: &random)
                    bytes[index] = UInt8.random(in: 0...255, using: &random)
                }
                try bytes.write(to: URL(fileURLWithPath: copy))
                do {
                    let store = try SQLiteFlowLogStore(path: copy)
                    _ = try await store.pages(FlowQuery(accountID: nil, includeOpen: true, limit: 500))
                    _ = try await store.sums(FlowQuery(accountID: nil, includeOpen: true))
                    _ = try await store.ingest(Self.numbered(41), logs: [log()], at: epoch)
                    _ = try await store.everything()
                    try await store.expire(at: epoch + 100_000_000)
                } catch let error as FlowLogError {
                    #expect(!error.description.contains("SELECT"))
                }
                for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: copy + suffix) }
            }
        }
    }
}
