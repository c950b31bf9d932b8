#if DEBUG
import Dispatch
import Foundation
import Model
import Packet
import Synchronization
import Testing

@testable import FlowLogs

/// Frames of the journal: how large and how many they may be, and what comes of those whose checksum is right and whose
/// contents no server wrote.
@Suite struct FlowFrameTests {
    private func append(_ kind: JournalFrame.Kind, _ payload: [UInt8], to path: String) throws {
        var bytes: [UInt8] = []
        JournalFrame.append(kind, payload, to: &bytes)
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.seekToEnd()
        try file.write(contentsOf: bytes)
        try file.close()
    }

    /// A closing of so many blocks that are all the same.
    private func closing(_ block: FlowBlock, _ count: Int) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(signed: 1)
        writer.append(varint: 0)
        writer.append(varint: count)
        for _ in 0..<count { block.encode(into: &writer) }
        return writer.bytes
    }

    @Test func `few bytes that stand for very many records are damage`() async throws {
        let record = FlowRecord(
            accountID: account, flowLogID: "fl-1", networkInterfaceID: "eni-a",
            window: FlowWindow(start: epoch, end: epoch + 60), content: .noData)
        var builder = FlowBlockBuilder()
        builder.append(record)
        let one = closing(builder.block, 1)
        for _ in 1..<FlowBlock.maximumRecords { builder.append(record) }
        let many = closing(builder.block, 16)
        #expect(many.count < 4096)
        for (payload, records) in [(one, 1), (many, 0)] {
            try await withDirectory { directory in
                let path = directory + "/flows"
                await (try FlowStore(directory: path)).close()
                try append(.close, payload, to: path + "/journal-0000000001.wfj")
                let store = try FlowStore(directory: path)
                #expect(store.recovery.damage.count == 1 - records)
                #expect(try await store.statistics().unsealedRecords == UInt64(records))
                await store.close()
            }
        }
    }

    @Test func `the largest window that may run fits one frame`() throws {
        let largest = FlowLogConfiguration(maximumOpenFlows: .max).maximumOpenFlows
        #expect(FlowLogConfiguration(maximumOpenFlows: .min).maximumOpenFlows == 1000 && largest == 10_000_000)
        // Flows that have nothing in common, of the largest addresses and counts.
        var random = Seeded(state: 5)
        var builder = FlowBlockBuilder()
        let stream = FlowStream(accountID: account, flowLogID: "fl-1", networkInterfaceID: "eni-a")
        while !builder.isFull {
            var traffic = FlowTraffic(
                direction: Bool.random(using: &random) ? .ingress : .egress,
                source: IPAddress(ipv6High: random.next(), low: random.next()),
                destination: IPAddress(ipv6High: random.next(), low: random.next()),
                sourcePort: .random(in: 0...65535, using: &random),
                destinationPort: .random(in: 0...65535, using: &random),
                transport: .random(in: 0...255, using: &random), tcpFlags: .random(in: 0...255, using: &random),
                packets: random.next() >> 1, bytes: random.next() >> 1, action: .accept,
                isSaturated: Bool.random(using: &random))
            if Bool.random(using: &random) { traffic.times = epoch * 1000...epoch * 1000 + 59_999 }
            traffic.rejectReasons = RejectReasons(rawValue: .random(in: 0...7, using: &random))
            builder.append(traffic, stream: stream, window: FlowWindow(start: epoch, end: epoch + 60))
        }
        let bytes = closing(builder.block, 1).count
        // Accepted and rejected records of each flow.
        let blocks = 2 * largest / FlowBlock.maximumRecords + 2
        #expect(bytes * blocks <= JournalFrame.maximumBytes)
    }

    @Test func `a head without all its windows does not replace what the journal before it says`() async throws {
        try await withDirectory { directory in
            let path = directory + "/flows", copy = directory + "/copy"
            // As a crash leaves it: the next generation has begun, the one before is not sealed yet.
            let store = try FlowStore(directory: path, configuration: FlowLogConfiguration()) { step in
                guard step == .generationBegun else { return }
                try? FileManager.default.copyItem(atPath: path, toPath: copy)
            }
            let slices = [slice(at: 0, [try entry(accepted: 1)]), slice(at: 60, [try entry(accepted: 2)])]
            _ = try await store.ingest(batch(1, slices, completeThrough: 60), logs: [log()], at: epoch + 60)
            try await store.closeWindows(at: epoch + 60)
            try await store.seal()
            await store.close()

            let journal = copy + "/journal-0000000002.wfj"
            var kinds: [JournalFrame.Kind] = []
            var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: journal)).prefix(JournalFile.headerBytes))
            _ = try JournalScan.run(journal) { kind, payload, _ in
                kinds.append(kind)
                // The window is cut short, with a checksum that is right.
                JournalFrame.append(kind, kind == .window ? Array(payload.dropLast()) : payload, to: &bytes)
            }
            #expect(kinds == [.ledger, .window, .ready])
            try Data(bytes).write(to: URL(fileURLWithPath: journal))
            let again = try FlowStore(directory: copy)
            #expect(again.recovery.damage.map(\.file) == Array(repeating: "journal-0000000002.wfj", count: 2))
            #expect(again.recovery.damage.last?.place == "its head")
            let sums = try await again.sums(FlowQuery(accountID: account, includeOpen: true))
            #expect(sums.accepted.packets == 3)
        }
    }

    private final class Writer: Sendable {
        let isHeld = Atomic(false)
        let gate = DispatchSemaphore(value: 0)
    }

    @Test func `a gap is a loss of what the batch before it in the same group feeds`() async throws {
        try await Backend.journal.withStore { store in
            let writer = Writer()
            func waiting(_ count: Int) async throws {
                let end = ContinuousClock.now + .seconds(30)
                while !writer.isHeld.load(ordering: .acquiring) || store.pending.withLock(\.jobs.count) < count {
                    try #require(ContinuousClock.now < end)
                    await Task.yield()
                }
            }
            // The writer is held, so that both batches wait for it and are written together.
            async let held: Void = store.perform { _, _ throws(FlowLogError) in
                writer.isHeld.store(true, ordering: .releasing)
                writer.gate.wait()
            }
            try await waiting(0)
            let one = try batch(1, [slice(at: 0, [try entry(accepted: 1)])])
            async let first = store.ingest(one, logs: [log(), log("fl-2")], at: epoch)
            try await waiting(1)
            let three = try batch(3, [])
            async let second = store.ingest(three, logs: [log(), log("fl-2")], at: epoch + 5)
            try await waiting(2)
            writer.gate.signal()
            try await held
            let answers = try await [first, second]
            #expect(answers == [1, 3])
            let losses = try await store.everything().filter { $0.status == .skipData }
            #expect(losses.map(\.flowLogID) == ["fl-1"] && losses.first?.loss?.causes == .missingBatch)
        }
    }

    @Test func `a file of a number that no generation has is left alone`() async throws {
        try await withDirectory { directory in
            let path = directory + "/flows"
            await (try FlowStore(directory: path)).close()
            let odd = "journal-\(Int64.max).wfj"
            try Data("not ours".utf8).write(to: URL(fileURLWithPath: path + "/" + odd))
            let store = try FlowStore(directory: path)
            #expect(store.recovery == FlowRecovery())
            _ = try await store.ingest(batch(1, [slice(at: 0, [try entry(accepted: 1)])]), logs: [log()], at: epoch)
            #expect(try await store.everything().count == 1)
            try await store.seal()
            await store.close()
            #expect(FileManager.default.fileExists(atPath: path + "/" + odd))
        }
    }

    /// Three batches, a window that closed with the last one and one that runs on, and the next generation begun: as a
    /// crash before sealing leaves it.
    private func crashed(_ directory: String) async throws -> String {
        let path = directory + "/flows", copy = directory + "/copy"
        let store = try FlowStore(directory: path, configuration: FlowLogConfiguration()) { step in
            guard step == .generationBegun else { return }
            try? FileManager.default.copyItem(atPath: path, toPath: copy)
        }
        for sequence in 1...3 as ClosedRange<UInt64> {
            let part = slice(at: sequence == 3 ? 60 : 0, [try entry(accepted: sequence)])
            _ = try await store.ingest(
                batch(sequence, [part], completeThrough: sequence == 3 ? 60 : 0), logs: [log()], at: epoch + 60)
        }
        try await store.seal()
        await store.close()
        return copy
    }

    private func damage(_ journal: String, frame number: Int) throws -> JournalFrame.Kind {
        var frames: [(kind: JournalFrame.Kind, bytes: [UInt8])] = []
        let head = Array(try Data(contentsOf: URL(fileURLWithPath: journal)).prefix(JournalFile.headerBytes))
        _ = try JournalScan.run(journal) { kind, payload, _ in
            var bytes: [UInt8] = []
            JournalFrame.append(kind, payload, to: &bytes)
            frames.append((kind, bytes))
        }
        frames[number].bytes[frames[number].bytes.count - 1] ^= 1
        try Data(head + frames.flatMap(\.bytes)).write(to: URL(fileURLWithPath: journal))
        return frames[number].kind
    }

    @Test(arguments: 2...5)
    func `damage in a journal before the newest is made good by the newest, or is SKIPDATA`(_ frame: Int) async throws {
        try await withDirectory { directory in
            let copy = try await crashed(directory)
            let kind = try damage(copy + "/journal-0000000001.wfj", frame: frame)
            #expect(kind == (frame == 5 ? .close : .batch))
            var store = try FlowStore(directory: copy)
            #expect(store.recovery.damage.map(\.file) == ["journal-0000000001.wfj"])
            // What is made good is not in the damaged journal: it is there also when that is gone.
            try await store.seal()
            await store.close()
            store = try FlowStore(directory: copy)
            #expect(store.recovery.damage == [])
            let records = try await store.everything()
            #expect(records.compactMap(\.traffic?.packets).sorted() == [3, 3])
            // A batch that is followed by others of its agent is missed; the last one is in the next journal's head.
            #expect(records.contains { $0.loss?.causes == .missingBatch } == (frame < 4))
            await store.close()
        }
    }

    @Test func `a damaged journal is set aside although the server died before`() async throws {
        try await withDirectory { directory in
            let path = try await crashed(directory), copy = directory + "/later"
            _ = try damage(path + "/journal-0000000001.wfj", frame: 2)
            let store = try FlowStore(directory: path, configuration: FlowLogConfiguration()) { step in
                guard step == .catalogued else { return }
                try? FileManager.default.copyItem(atPath: path, toPath: copy)
            }
            try await store.seal()
            await store.close()
            #expect(FileManager.default.fileExists(atPath: copy + "/journal-0000000001.wfj"))
            let again = try FlowStore(directory: copy)
            await again.close()
            #expect(FileManager.default.fileExists(atPath: copy + "/damaged/journal-0000000001.wfj"))
            #expect(!FileManager.default.fileExists(atPath: copy + "/journal-0000000001.wfj"))
        }
    }
}
#endif
