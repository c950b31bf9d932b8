import Glibc
import Model
import Packet
import Testing

@testable import DataPlane

@Suite struct SpoolTests {
    @Test func `batches come out in order, once, with a gapless sequence`() throws {
        let bed = SpoolTestbed()
        let spool = try bed.open()
        for generation in 1...5 {
            try spool.append([bed.slice(packets: UInt64(generation))], mapGeneration: UInt64(generation))
        }
        for sequence in UInt64(1)...5 {
            let batch = try #require(try spool.next())
            #expect(batch.sequence == sequence)
            #expect(try FlowSliceCodec.decode(batch.bytes) == [bed.slice(packets: sequence)])
            #expect(try spool.next() == batch)
            try spool.acknowledge(through: sequence)
        }
        #expect(try spool.next() == nil)
        #expect(spool.status.waitingBatches == 0)
        #expect(bed.files("batch") == ["00000000000000000005.batch"])
    }

    @Test func `a restart keeps identity, sequence, generations and what waits`() throws {
        let bed = SpoolTestbed()
        let first = try bed.open()
        try first.append([bed.slice(packets: 1)], mapGeneration: 70)
        try first.append([bed.slice(packets: 2)], mapGeneration: 71)
        try first.acknowledge(through: 2)
        let second = try bed.open()
        #expect(second.identifier == first.identifier)
        #expect(second.identifier.utf8.count == 36)
        #expect(try second.contains(mapGeneration: 71))
        #expect(try !second.contains(mapGeneration: 72))
        // The acknowledgement is not durable by itself: the last batch goes out again under its old number.
        #expect(try second.next()?.sequence == 2)
        try second.append([bed.slice(packets: 3)], mapGeneration: 72)
        try second.acknowledge(through: 2)
        #expect(try second.next()?.sequence == 3)
    }

    @Test func `a generation of another boot is not ours`() throws {
        let bed = SpoolTestbed()
        let spool = try bed.open()
        try spool.append([bed.slice(packets: 1)], mapGeneration: 9)
        let path = "\(bed.directory)/00000000000000000001.batch"
        let bytes = try DurableFile.read(path, limit: 1 << 20)
        var head = try #require(SpoolFile(head: bytes))
        head.boot[0] ^= 1
        try DurableFile.write(head.encoded(Array(bytes.dropFirst(SpoolFile.headBytes))), to: path)
        #expect(try !bed.open().contains(mapGeneration: 9))
    }

    @Test func `a generation is taken once however often it is offered`() throws {
        let bed = SpoolTestbed()
        let spool = try bed.open()
        for _ in 0..<3 { try spool.append([bed.slice(packets: 1)], mapGeneration: 5) }
        #expect(spool.status.waitingBatches == 1)
        try spool.append([], mapGeneration: 6)
        #expect(try !spool.contains(mapGeneration: 6))
    }

    @Test func `a large generation is cut, and half of it on disk is none of it`() throws {
        let bed = SpoolTestbed()
        let spool = try bed.open(entriesPerBatch: 10)
        try spool.append([bed.slice(packets: 1)], mapGeneration: 1)
        try spool.append([bed.slice(packets: 3, entries: 35)], mapGeneration: 2)
        #expect(spool.status.waitingBatches == 5)
        #expect(spool.status.nextSequence == 6)
        // Killed before the last part was there.
        unlink("\(bed.directory)/00000000000000000005.batch")
        try DurableFile.write([1, 2, 3], to: "\(bed.directory)/00000000000000000006.batch.new")
        let again = try bed.open(entriesPerBatch: 10)
        #expect(try !again.contains(mapGeneration: 2))
        #expect(again.status.nextSequence == 2)
        #expect(again.status.waitingBatches == 1)
        try again.append([bed.slice(packets: 3, entries: 35)], mapGeneration: 2)
        var packets: UInt64 = 0
        while let batch = try again.next() {
            packets += bed.packets(try FlowSliceCodec.decode(batch.bytes))
            try again.acknowledge(through: batch.sequence)
        }
        #expect(packets == 1 + 3 * 35)
    }

    @Test func `a full spool keeps the sums of the oldest as skipped and loses no packet`() throws {
        let bed = SpoolTestbed()
        let spool = try bed.open(limitBytes: 60_000)
        for generation in 1...30 {
            try spool.append([bed.slice(packets: 7, entries: 300)], mapGeneration: UInt64(generation))
            #expect(spool.status.bytes <= 60_000)
        }
        #expect(spool.status.skippedPackets > 0)
        #expect(spool.status.lostBatches == 0)
        let sent = try bed.sendAll(bed.open(limitBytes: 60_000))
        #expect(sent.through == 30)
        #expect(sent.counted + sent.skipped == 30 * 2100)
        #expect(sent.counted >= 2 * 2100)
        #expect(sent.skipped == spool.status.skippedPackets)
    }

    @Test func `when even the sums are too many they become one batch with the numbers of all`() throws {
        let bed = SpoolTestbed()
        let spool = try bed.open(limitBytes: 20_000)
        for generation in 1...500 {
            try spool.append([bed.slice(packets: 10)], mapGeneration: UInt64(generation))
            #expect(spool.status.bytes <= 20_000)
        }
        #expect(spool.status.lostBatches == 0 && spool.status.lostPackets == 0)
        let again = try bed.open(limitBytes: 20_000)
        let first = try #require(try again.next())
        #expect(first.firstSequence == 1 && first.sequence > 400)
        let slices = try FlowSliceCodec.decode(first.bytes)
        #expect(slices.map(\.skippedPackets) == [first.sequence * 10])
        #expect(slices.map(\.skippedBytes) == [first.sequence * 1000])
        let sent = try bed.sendAll(again)
        #expect(sent.through == 500)
        #expect(sent.counted + sent.skipped == 5000)
    }

    @Test func `killed while batches are summed up, each packet is in one of them`() throws {
        let bed = SpoolTestbed()
        let spool = try bed.open()
        for generation in 1...4 { try spool.append([bed.slice(packets: 10)], mapGeneration: UInt64(generation)) }
        // The new batch 3 has the numbers 1 to 3; the old ones were not deleted yet.
        let path = "\(bed.directory)/00000000000000000003.batch"
        var head = try #require(SpoolFile(head: try DurableFile.read(path, limit: 1 << 20)))
        head.firstSequence = 1
        try DurableFile.write(head.encoded(FlowSliceCodec.encode([bed.slice(packets: 30)])), to: path)
        let again = try bed.open()
        #expect(bed.files("batch").count == 2)
        let first = try #require(try again.next())
        #expect(first.firstSequence == 1 && first.sequence == 3)
        let sent = try bed.sendAll(again)
        #expect(sent.through == 4 && sent.counted == 40)
    }

    @Test func `a batch the server may have keeps its number, and goes only when nothing else does`() throws {
        let bed = SpoolTestbed()
        let spool = try bed.open(limitBytes: 20_000)
        try spool.append([bed.slice(packets: 10)], mapGeneration: 1)
        #expect(try spool.next()?.sequence == 1)
        // Killed before the answer came.
        let again = try bed.open(limitBytes: 20_000)
        for generation in 2...100 { try again.append([bed.slice(packets: 10)], mapGeneration: UInt64(generation)) }
        // The few numbers that could have been sent were given up one by one; all others are there.
        let status = again.status
        #expect((1...20).contains(status.lostBatches))
        #expect(status.lostPackets == UInt64(status.lostBatches) * 10)
        #expect(status.firstSequence == UInt64(status.lostBatches) + 1)
        let reopened = try bed.open(limitBytes: 20_000)
        #expect(reopened.status.lostPackets == status.lostPackets)
        #expect(reopened.status.firstSequence == status.firstSequence)
        let sent = try bed.sendAll(reopened, after: UInt64(status.lostBatches))
        #expect(sent.through == 100)
        #expect(sent.counted + sent.skipped + status.lostPackets == 1000)
    }

    @Test func `only the last batch of a drain says that all before has come`() throws {
        let bed = SpoolTestbed()
        let spool = try bed.open(entriesPerBatch: 10)
        try spool.append([bed.slice(packets: 1, entries: 25)], mapGeneration: 1)
        var words: [Int64?] = []
        while let batch = try spool.next() {
            words.append(batch.completeThrough)
            try spool.acknowledge(through: batch.sequence)
        }
        #expect(words == [nil, nil, 2000])
    }

    @Test func `what an earlier version left is sent`() throws {
        let bed = SpoolTestbed()
        _ = try bed.open()
        let payload = FlowSliceCodec.encode([bed.slice(packets: 3)])
        var head: [UInt8] = Array("WSPL".utf8) + [1, 0, 0, 0]
        for value in [1, 9] as [UInt64] { withUnsafeBytes(of: value.bigEndian) { head.append(contentsOf: $0) } }
        head += [0, 0, 0, 0, 0, 0, 0, 1] + [UInt8](repeating: 7, count: 16)
        withUnsafeBytes(of: UInt32(payload.count).bigEndian) { head.append(contentsOf: $0) }
        withUnsafeBytes(of: CRC32C.checksum(head.span.bytes).bigEndian) { head.append(contentsOf: $0) }
        try DurableFile.write(head + payload, to: "\(bed.directory)/00000000000000000001.batch")
        let batch = try #require(try bed.open().next())
        #expect(batch.sequence == 1 && batch.firstSequence == 1 && batch.bytes == payload)
    }

    @Test func `a damaged file is set aside, named and counted, and the rest goes on`() throws {
        let bed = SpoolTestbed()
        let spool = try bed.open()
        for generation in 1...3 { try spool.append([bed.slice(packets: 1)], mapGeneration: UInt64(generation)) }
        for (sequence, offset) in [(1, 20), (2, 80)] {
            let path = "\(bed.directory)/0000000000000000000\(sequence).batch"
            var bytes = try DurableFile.read(path, limit: 1 << 20)
            bytes[offset] ^= 0x40
            try DurableFile.write(bytes, to: path)
        }
        let again = try bed.open()
        #expect(try again.next()?.sequence == 3)
        #expect(again.status.corruptFiles == bed.files("corrupt"))
        #expect(again.status.corruptFiles.count == 2)
        #expect(again.status.lostBatches == 2)
        #expect(again.status.nextSequence == 4)
    }

    @Test func `the sequence survives when the only file is damaged`() throws {
        let bed = SpoolTestbed()
        try bed.open().append([bed.slice(packets: 1)], mapGeneration: 1)
        try DurableFile.write([0], to: "\(bed.directory)/00000000000000000001.batch")
        #expect(try bed.open().status.nextSequence == 2)
        #expect(try bed.open().status.nextSequence == 2)
    }

    @Test func `an acknowledgement beyond the last batch is not believed`() throws {
        let bed = SpoolTestbed()
        let spool = try bed.open()
        try spool.append([bed.slice(packets: 1)], mapGeneration: 1)
        try spool.acknowledge(through: .max)
        try spool.append([bed.slice(packets: 1)], mapGeneration: 2)
        #expect(try spool.next()?.sequence == 2)
    }

    @Test func `a spool that cannot be written says so and takes nothing`() throws {
        let bed = SpoolTestbed()
        let spool = try bed.open()
        #expect(rename(bed.directory, bed.directory + "-away") == 0)
        let error = #expect(throws: FileError.self) { try spool.append([bed.slice(packets: 1)], mapGeneration: 1) }
        #expect(error?.code == ENOENT)
        #expect(rename(bed.directory + "-away", bed.directory) == 0)
        #expect(try !spool.contains(mapGeneration: 1))
        try spool.append([bed.slice(packets: 1)], mapGeneration: 1)
        #expect(try spool.next()?.sequence == 1)
    }
}

/// A directory of its own for one test, and slices to put into it.
final class SpoolTestbed {
    let directory: String

    init() {
        var template = Array("/tmp/weir-spool-XXXXXX".utf8CString)
        directory = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp/weir-spool-\(getpid())"
    }

    deinit {
        for suffix in ["batch", "corrupt", "new", "spool-id", "lost", "offered"] {
            for name in files(suffix) { unlink("\(directory)/\(name)") }
        }
        rmdir(directory)
    }

    func open(limitBytes: Int = 1 << 20, entriesPerBatch: Int = 1000) throws -> DirectorySpool {
        try DirectorySpool(directory: directory, limitBytes: limitBytes, entriesPerBatch: entriesPerBatch)
    }

    func files(_ suffix: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(suffix) { names.append(name) }
        }
        return names.sorted()
    }

    /// A slice of `entries` flows with `packets` packets of 100 bytes each.
    func slice(packets: UInt64, entries: Int = 1) -> FlowSlice {
        FlowSlice(
            networkInterfaceID: "eni-1", flowLogIDs: ["fl-1"], startMilliseconds: 1000, endMilliseconds: 2000,
            entries: (0..<entries).map { index in
                FlowEntry(
                    direction: .egress, source: IPAddress(IPv4Address(rawValue: 0x0a00_0001)),
                    destination: IPAddress(IPv4Address(rawValue: 0x0a00_0002)), transport: 17,
                    sourcePort: UInt16(index), destinationPort: 53, tcpFlags: 0, acceptedPackets: packets - packets / 2,
                    acceptedBytes: (packets - packets / 2) * 100, rejectedPackets: packets / 2,
                    rejectedBytes: packets / 2 * 100)
            })
    }

    /// Takes all batches as a server would. The last number, and packets in flows and in sums; numbers have no gap.
    func sendAll(
        _ spool: DirectorySpool, after first: UInt64 = 0
    ) throws -> (through: UInt64, counted: UInt64, skipped: UInt64) {
        var sent: (through: UInt64, counted: UInt64, skipped: UInt64) = (first, 0, 0)
        while let batch = try spool.next() {
            #expect(batch.firstSequence == sent.through + 1)
            sent.through = batch.sequence
            let slices = try FlowSliceCodec.decode(batch.bytes)
            sent.counted += packets(slices)
            for slice in slices {
                sent.skipped += slice.skippedPackets
                #expect(slice.skippedBytes == slice.skippedPackets * 100)
            }
            try spool.acknowledge(through: batch.sequence)
        }
        return sent
    }

    func packets(_ slices: [FlowSlice]) -> UInt64 {
        slices.flatMap(\.entries).reduce(0) { $0 + $1.acceptedPackets + $1.rejectedPackets }
    }
}
