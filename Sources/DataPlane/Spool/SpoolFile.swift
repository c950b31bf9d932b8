import Packet

/// The head of a batch file: which batch it is and which map generation it is a part of. Big-endian, with a checksum;
/// the slices after it carry their own.
struct SpoolFile: Equatable {
    var sequence: UInt64
    var mapGeneration: UInt64
    /// The boot the generation belongs to.
    var boot: [UInt8]
    /// A generation with many entries is cut into `parts` batches; this is number `part`, from 0.
    var part: UInt32
    var parts: UInt32
    /// The batch sums up those from here to `sequence`.
    var firstSequence: UInt64

    /// Bytes of a head at most.
    static let headBytes = 64
    private static let magic: [UInt8] = Array("WSPL".utf8)
    /// Version 1 had no `firstSequence`.
    private static let sizes: [UInt8: Int] = [1: 56, 2: headBytes]

    var isLastPart: Bool { part &+ 1 == parts }

    func encoded(_ payload: [UInt8]) -> [UInt8] {
        var bytes = Self.magic + [2, 0, 0, 0]
        func append<T: FixedWidthInteger>(_ value: T) {
            withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
        }
        append(sequence)
        append(mapGeneration)
        append(part)
        append(parts)
        bytes += boot.prefix(16) + [UInt8](repeating: 0, count: max(0, 16 - boot.count))
        append(firstSequence)
        append(UInt32(truncatingIfNeeded: payload.count))
        append(CRC32C.checksum(bytes.span.bytes))
        return bytes + payload
    }

    /// Where the slices begin in a file; `nil` when it has no head of a version that is known.
    static func payloadOffset(_ bytes: some Collection<UInt8>) -> Int? {
        let start = Array(bytes.prefix(8))
        guard start.count == 8, start.starts(with: magic), start[5...] == [0, 0, 0] else { return nil }
        return sizes[start[4]]
    }

    /// Reads the head of a file; `nil` when it is not one, or damaged.
    init?(head bytes: some Collection<UInt8>) {
        guard let size = Self.payloadOffset(bytes) else { return nil }
        let head = Array(bytes.prefix(size))
        guard head.count == size else { return nil }
        func number(_ range: Range<Int>) -> UInt64 { head[range].reduce(0) { $0 << 8 | UInt64($1) } }
        let sum = CRC32C.checksum(head.span.bytes.extracting(0..<size - 4))
        guard UInt64(sum) == number(size - 4..<size) else { return nil }
        sequence = number(8..<16)
        mapGeneration = number(16..<24)
        part = UInt32(truncatingIfNeeded: number(24..<28))
        parts = UInt32(truncatingIfNeeded: number(28..<32))
        boot = Array(head[32..<48])
        firstSequence = size == Self.headBytes ? number(48..<56) : sequence
        guard part < parts, firstSequence <= sequence else { return nil }
    }

    init(sequence: UInt64, mapGeneration: UInt64, boot: [UInt8], part: UInt32, parts: UInt32) {
        self.sequence = sequence
        firstSequence = sequence
        self.mapGeneration = mapGeneration
        self.boot = boot
        self.part = part
        self.parts = parts
    }

    /// `00000000000000000042.batch`: sorts by sequence.
    static func name(_ sequence: UInt64, _ suffix: String) -> String {
        let digits = String(sequence)
        return String(repeating: "0", count: max(0, 20 - digits.count)) + digits + "." + suffix
    }

    static func sequence(_ name: String, _ suffix: String) -> UInt64? {
        guard name.hasSuffix("." + suffix), name.utf8.count == 21 + suffix.utf8.count else { return nil }
        return UInt64(name.prefix(20))
    }
}
