import Model
import Packet
import Testing

struct FlowSliceCodecTests {
    @Test func `slices survive the way through bytes`() throws {
        var random = SeededRandom(seed: 1)
        for _ in 0..<500 {
            let slices = Self.slices(using: &random)
            #expect(try FlowSliceCodec.decode(FlowSliceCodec.encode(slices)) == slices)
        }
    }

    @Test func `extremes survive`() throws {
        var entry = FlowEntry(
            direction: .egress, source: IPAddress(ipv6High: .max, low: .max),
            destination: IPAddress(IPv4Address(rawValue: .max)), transport: 255, sourcePort: .max,
            destinationPort: .max, tcpFlags: .max, acceptedPackets: .max, acceptedBytes: .max, rejectedPackets: .max,
            rejectedBytes: .max)
        entry.times = PacketTimes(first: 0, last: Int64(UInt32.max) - 1)
        entry.rejectedTimes = PacketTimes(first: Int64(UInt32.max) - 1, last: Int64(UInt32.max) - 1)
        entry.rejectReasons = RejectReasons(rawValue: .max)
        #expect(entry.times.isKnown && entry.rejectedTimes.isKnown)
        let slice = FlowSlice(
            networkInterfaceID: "", flowLogIDs: ["", "网卡"], startMilliseconds: .min, endMilliseconds: .max,
            skippedPackets: .max, skippedBytes: .max, entries: [entry])
        #expect(try FlowSliceCodec.decode(FlowSliceCodec.encode([slice])) == [slice])
        #expect(try FlowSliceCodec.decode(FlowSliceCodec.encode([])) == [])
    }

    @Test func `an IPv4 entry is small`() {
        let address = IPAddress(IPv4Address(rawValue: 0x0a00_0001))
        let entry = FlowEntry(
            direction: .ingress, source: address, destination: address, transport: 6, sourcePort: 40000,
            destinationPort: 443, tcpFlags: 0x1b, acceptedPackets: 1000, acceptedBytes: 1_500_000, rejectedPackets: 0,
            rejectedBytes: 0)
        func size(_ count: Int) -> Int {
            FlowSliceCodec.encode([
                FlowSlice(
                    networkInterfaceID: "eni-1", flowLogIDs: ["fl-1"], startMilliseconds: 0, endMilliseconds: 1,
                    entries: Array(repeating: entry, count: count))
            ]).count
        }
        #expect(size(2) - size(1) == 20)
    }

    @Test func `no mutation traps and no mutation is taken for the original`() throws {
        var random = SeededRandom(seed: 2)
        var refused = 0
        for round in 0..<100_000 {
            let original = Self.sample[round % Self.sample.count]
            var bytes = original
            for _ in 0..<Int.random(in: 1...3, using: &random) { Self.mutate(&bytes, using: &random) }
            if bytes == original { continue }
            do {
                let slices = try FlowSliceCodec.decode(bytes)
                #expect(FlowSliceCodec.encode(slices) == bytes)
            } catch {
                refused += 1
            }
        }
        #expect(refused > 99_000)
    }

    @Test func `no mutation behind a valid checksum traps, and what is accepted has one encoding`() throws {
        var random = SeededRandom(seed: 3)
        var accepted = 0
        for round in 0..<100_000 {
            var bytes = Self.sample[round % Self.sample.count]
            for _ in 0..<Int.random(in: 1...3, using: &random) { Self.mutate(&bytes, using: &random) }
            Self.seal(&bytes)
            guard let slices = try? FlowSliceCodec.decode(bytes) else { continue }
            accepted += 1
            #expect(FlowSliceCodec.encode(slices) == bytes)
        }
        #expect(accepted > 1000)
    }

    @Test func `each fault has its own error`() {
        let bytes = FlowSliceCodec.encode([])
        func decode(_ bytes: [UInt8], limit: Int = FlowSliceCodec.maximumBytes) throws -> [FlowSlice] {
            try FlowSliceCodec.decode(bytes, maximumBytes: limit)
        }
        #expect(throws: PacketError.truncated(.flowSlices)) { try decode([]) }
        #expect(throws: PacketError.tooLarge(.flowSlices)) { try decode(bytes, limit: bytes.count - 1) }
        #expect(throws: PacketError.malformed(.flowSlices)) { try decode([0] + bytes.dropFirst()) }
        #expect(throws: PacketError.corrupt(.flowSlices)) { try decode(bytes.dropLast() + [1]) }
        #expect(throws: PacketError.unsupported(.flowSlices, 9)) {
            try decode(Array(bytes[..<4]) + [9] + bytes[5...])
        }
        var huge = Array(bytes[..<9]) + [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]
        Self.seal(&huge)
        #expect(throws: PacketError.truncated(.flowSlices)) { try decode(huge) }
        var padded = Array(bytes[..<9]) + [0x80, 0x00]
        Self.seal(&padded)
        #expect(throws: PacketError.malformed(.flowSlices)) { try decode(padded) }
    }

    @Test func `slices without a gap are written as older readers know them`() throws {
        var slice = FlowSlice(
            networkInterfaceID: "eni-1", flowLogIDs: ["fl-1"], startMilliseconds: 0, endMilliseconds: 5000, entries: [])
        let plain = FlowSliceCodec.encode([slice, slice])
        #expect(plain[4] == 1)
        slice.hasGap = true
        var other = slice
        other.hasGap = false
        let bytes = FlowSliceCodec.encode([other, slice])
        #expect(bytes[4] == 2 && bytes.count == plain.count + 2)
        #expect(try FlowSliceCodec.decode(bytes) == [other, slice])
        // What no gap is told of in version 2 has another encoding, and a gap is there or not.
        let body = Array(bytes[9...])
        let place = try #require(body.lastIndex(of: 1))
        for value in [0, 2] as [UInt8] {
            var odd = bytes
            odd[9 + place] = value
            Self.seal(&odd)
            #expect(throws: PacketError.malformed(.flowSlices)) { try FlowSliceCodec.decode(odd) }
        }
    }

    @Test func `splitting keeps every entry, every sum and the order`() {
        var random = SeededRandom(seed: 4)
        for limit in [1, 2, 3, 7, 1000] {
            let slices = Self.slices(using: &random)
            let batches = FlowSliceCodec.split(slices, maximumEntries: limit)
            #expect(batches.allSatisfy { $0.reduce(0) { $0 + $1.entries.count } <= limit && $0.count <= limit })
            #expect(batches.joined().flatMap(\.entries) == slices.flatMap(\.entries))
            #expect(
                batches.joined().reduce(0) { $0 &+ $1.skippedBytes } == slices.reduce(0) { $0 &+ $1.skippedBytes })
            #expect(batches.joined().count(where: \.hasGap) == slices.count(where: \.hasGap))
        }
        #expect(FlowSliceCodec.split([], maximumEntries: 0).isEmpty)
    }

    @Test func `CRC-32C agrees with the published vectors`() {
        #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xe306_9283)
        #expect(CRC32C.checksum(Array(repeating: 0, count: 32)) == 0x8a91_36aa)  // RFC 3720 B.4
        #expect(CRC32C.checksum(Array(repeating: 0xff, count: 32)) == 0x62a8_ab43)
        let head = CRC32C.checksum(Array("12345".utf8))
        let tail = Array("6789".utf8)
        #expect(CRC32C.checksum(tail.span.bytes, seed: head) == 0xe306_9283)
    }

    private static let sample: [[UInt8]] = {
        var random = SeededRandom(seed: 5)
        return (0..<64).map { _ in FlowSliceCodec.encode(slices(using: &random)) }
    }()

    private static func slices(using random: inout SeededRandom) -> [FlowSlice] {
        (0..<Int.random(in: 0...4, using: &random)).map { _ in
            FlowSlice(
                networkInterfaceID: "eni-\(UInt32.random(in: 0 ... .max, using: &random))",
                flowLogIDs: (0..<Int.random(in: 0...3, using: &random)).map { "fl-\($0)" },
                startMilliseconds: .random(in: 1_600_000_000_000...1_900_000_000_000, using: &random),
                endMilliseconds: .random(in: -5...5, using: &random),
                skippedPackets: .random(in: 0...3, using: &random), skippedBytes: number(using: &random),
                hasGap: Int.random(in: 0..<4, using: &random) == 0,
                entries: (0..<Int.random(in: 0...5, using: &random)).map { _ in entry(using: &random) })
        }
    }

    private static func entry(using random: inout SeededRandom) -> FlowEntry {
        func address() -> IPAddress {
            Bool.random(using: &random)
                ? IPAddress(IPv4Address(rawValue: .random(in: 0 ... .max, using: &random)))
                : IPAddress(ipv6High: .random(in: 0 ... .max, using: &random), low: number(using: &random))
        }
        func times() -> PacketTimes {
            let first = Int64.random(in: -3...300_000, using: &random)
            return PacketTimes(first: first, last: first + .random(in: 0...9, using: &random))
        }
        var entry = FlowEntry(
            direction: Bool.random(using: &random) ? .ingress : .egress, source: address(), destination: address(),
            transport: .random(in: 0 ... .max, using: &random), sourcePort: .random(in: 0...1, using: &random),
            destinationPort: .random(in: 0...1, using: &random), tcpFlags: .random(in: 0...1, using: &random),
            acceptedPackets: number(using: &random), acceptedBytes: number(using: &random),
            rejectedPackets: number(using: &random), rejectedBytes: number(using: &random))
        if Bool.random(using: &random) { (entry.times, entry.rejectedTimes) = (times(), times()) }
        entry.rejectReasons = RejectReasons(rawValue: .random(in: 0...2, using: &random))
        return entry
    }

    private static func number(using random: inout SeededRandom) -> UInt64 {
        UInt64.random(in: 0 ... .max, using: &random) >> UInt64.random(in: 0...64, using: &random)
    }

    private static func mutate(_ bytes: inout [UInt8], using random: inout SeededRandom) {
        guard !bytes.isEmpty else { return bytes.append(0) }
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes[index] = .random(in: 0 ... .max, using: &random)
        case 2: bytes.remove(at: index)
        case 3: bytes.insert(.random(in: 0 ... .max, using: &random), at: index)
        default: bytes.removeLast(bytes.count - index)
        }
    }

    /// Writes the right checksum, so that what lies behind it is reached.
    private static func seal(_ bytes: inout [UInt8]) {
        guard bytes.count > 9 else { return }
        let sum = CRC32C.checksum(Array(bytes[9...]))
        for index in 0..<4 { bytes[5 + index] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * index)) }
    }
}
