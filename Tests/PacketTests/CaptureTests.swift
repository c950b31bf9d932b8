import Glibc
import Packet
import Testing

struct CaptureTests {
    typealias Build = PacketBuilder
    struct Captured: Equatable {
        var record: CaptureRecord
        var bytes: [UInt8]
    }

    @Test func `what the writer writes the reader reads`() throws {
        let path = "/tmp/weir-pcap-\(getpid())-\(UInt32.random(in: 0 ... .max)).pcap"
        defer { unlink(path) }
        // More than the writer's buffer and the reader's window.
        let frames = (0..<3000).map { index in
            Captured(
                record: CaptureRecord(
                    timeNanoseconds: 1_700_000_000_999_999_000 + UInt64(index) * 7, originalLength: 2000 + index),
                bytes: Build.frameUDP(payload: Array(repeating: UInt8(index & 0xff), count: index % 1400)))
        }
        var writer = try PcapWriter(path: path)
        for frame in frames { try writer.write(frame.record, frame.bytes.span.bytes) }
        #expect(writer.frames == 3000)
        try writer.close()
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(try Self.read(CaptureReader(path: path)) == frames)
    }

    @Test func `a file that cannot be written or read is a typed error`() {
        #expect(throws: PacketError.file(.pcap, ENOENT)) { _ = try PcapWriter(path: "/nonexistent/x.pcap") }
        #expect(throws: PacketError.file(.pcap, ENOENT)) { _ = try CaptureReader(path: "/nonexistent/x.pcap") }
        #expect(throws: PacketError.file(.pcap, ENOSPC)) {
            var writer = try PcapWriter(path: "/dev/full")
            try writer.write(CaptureRecord(timeNanoseconds: 0, originalLength: 1), ([1] as [UInt8]).span.bytes)
            try writer.close()
        }
    }

    @Test(arguments: [false, true], [false, true])
    func `pcap is read in both byte orders and both resolutions`(_ big: Bool, _ nanoseconds: Bool) throws {
        var bytes = Self.words(big, [nanoseconds ? 0xa1b2_3c4d : 0xa1b2_c3d4])
        bytes += big ? [0, 2, 0, 4] : [2, 0, 4, 0]
        bytes += Self.words(big, [0, 0, 65535, 1])
        bytes += Self.words(big, [1_700_000_000, 123_456, 3, 60]) + [7, 8, 9]
        let expected = Captured(
            record: CaptureRecord(
                timeNanoseconds: 1_700_000_000_000_000_000 + 123_456 * (nanoseconds ? 1 : 1000), originalLength: 60),
            bytes: [7, 8, 9])
        #expect(try Self.read(CaptureReader(bytes: bytes)) == [expected])
        for length in 25..<bytes.count {
            #expect(throws: PacketError.truncated(.pcap)) {
                try Self.read(CaptureReader(bytes: Array(bytes[..<length])))
            }
        }
    }

    @Test(arguments: [false, true])
    func `pcapng is read with its interfaces, resolutions and unknown blocks`(_ big: Bool) throws {
        var bytes = Self.section(big)
        bytes += Self.interface(big, link: 1, snap: 0, options: [])
        // if_tsresol 9, if_tsoffset 5 seconds
        bytes += Self.interface(
            big, link: 1, snap: 4,
            options: Self.halves(big, [9, 1]) + [9, 0, 0, 0] + Self.halves(big, [14, 8])
                + (big ? [0, 0, 0, 0, 0, 0, 0, 5] : [5, 0, 0, 0, 0, 0, 0, 0]) + [0, 0, 0, 0])
        bytes += Self.block(big, 0x0bad, Array(repeating: 1, count: 300_000))
        bytes += Self.block(big, 6, Self.words(big, [0, 0, 2_000_000, 5, 60]) + [1, 2, 3, 4, 5, 0, 0, 0])
        bytes += Self.block(big, 6, Self.words(big, [1, 1, 0, 2, 2]) + [6, 7, 0, 0])
        let simple = Self.block(big, 3, Self.words(big, [3]) + [8, 9, 10, 0])
        // A new section forgets the interfaces of the old one.
        let read = try Self.read(CaptureReader(bytes: bytes + simple))
        func captured(_ time: UInt64, _ length: Int, _ interface: Int, _ bytes: [UInt8]) -> Captured {
            Captured(
                record: CaptureRecord(timeNanoseconds: time, originalLength: length, interface: interface), bytes: bytes
            )
        }
        #expect(
            read == [
                captured(2_000_000_000, 60, 0, [1, 2, 3, 4, 5]), captured(9_294_967_296, 2, 1, [6, 7]),
                captured(0, 3, 0, [8, 9, 10]),
            ])
        #expect(throws: PacketError.malformed(.pcapng)) {
            try Self.read(CaptureReader(bytes: bytes + Self.section(!big) + Self.block(!big, 3, Self.words(!big, [0]))))
        }
        for length in stride(from: 29, to: bytes.count, by: 97) where length % 4 != 0 {
            #expect(throws: PacketError.self) { try Self.read(CaptureReader(bytes: Array(bytes[..<length]))) }
        }
    }

    @Test func `what is not a capture of Ethernet frames is refused`() {
        #expect(throws: PacketError.truncated(.pcap)) { _ = try CaptureReader(bytes: [1, 2, 3]) }
        #expect(throws: PacketError.unsupported(.pcap, 0x0403_0201)) { _ = try CaptureReader(bytes: [1, 2, 3, 4]) }
        #expect(throws: PacketError.unsupported(.pcap, 101)) {
            _ = try CaptureReader(bytes: Self.words(false, [0xa1b2_c3d4, 0x0004_0002, 0, 0, 65535, 101]))
        }
        let header = Self.words(false, [0xa1b2_c3d4, 0x0004_0002, 0, 0, 65535, 1])
        #expect(throws: PacketError.tooLarge(.pcap)) {
            try Self.read(CaptureReader(bytes: header + Self.words(false, [0, 0, 262_145, 1])))
        }
        let raw = Self.section(false) + Self.interface(false, link: 101, snap: 0, options: [])
        #expect(throws: PacketError.unsupported(.pcapng, 101)) {
            try Self.read(CaptureReader(bytes: raw + Self.block(false, 6, Self.words(false, [0, 0, 0, 0, 0]))))
        }
    }

    @Test func `no bytes trap the reader`() {
        var random = SeededRandom(seed: 31)
        let pcap = Self.words(false, [0xa1b2_c3d4, 0x0004_0002, 0, 0, 65535, 1, 1, 2, 4, 4, 5, 1, 2, 4, 4, 5])
        var next = Self.section(false) + Self.interface(false, link: 1, snap: 0, options: [9, 0, 1, 0, 0x86, 0, 0, 0])
        next += Self.block(false, 6, Self.words(false, [0, 1, 2, 4, 60, 7]))
        next += Self.block(false, 3, Self.words(false, [4, 4]))
        for round in 0..<50_000 {
            var bytes = round % 2 == 0 ? pcap : next
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 4..<bytes.count, using: &random)] = .random(in: 0 ... .max, using: &random)
            }
            _ = try? Self.read(CaptureReader(bytes: bytes))
        }
    }

    private static func read(_ reader: consuming CaptureReader) throws -> [Captured] {
        var frames: [Captured] = []
        while let record = try reader.next() {
            let bytes = reader.withFrame { span in span.withUnsafeBytes { Array($0) } }
            frames.append(Captured(record: record, bytes: bytes))
        }
        return frames
    }

    private static func words(_ big: Bool, _ values: [UInt32]) -> [UInt8] {
        values.flatMap { big ? Build.big($0) : Build.big($0).reversed() }
    }

    private static func halves(_ big: Bool, _ values: [UInt16]) -> [UInt8] {
        values.flatMap { big ? Build.big($0) : Build.big($0).reversed() }
    }

    private static func block(_ big: Bool, _ type: UInt32, _ body: [UInt8]) -> [UInt8] {
        let length = UInt32(body.count + 12)
        return words(big, [type, length]) + body + words(big, [length])
    }

    private static func section(_ big: Bool) -> [UInt8] {
        block(big, 0x0a0d_0d0a, words(big, [0x1a2b_3c4d]) + halves(big, [1, 0]) + Array(repeating: 0xff, count: 8))
    }

    private static func interface(_ big: Bool, link: UInt16, snap: UInt32, options: [UInt8]) -> [UInt8] {
        block(big, 1, halves(big, [link, 0]) + words(big, [snap]) + options)
    }
}
