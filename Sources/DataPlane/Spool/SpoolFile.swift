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

    static let headBytes = 56
    private static let magic: [UInt8] = Array("WSPL".utf8) + [1, 0, 0, 0]

    var isLastPart: Bool { part &+ 1 == parts }

    func encoded(_ payload: [UInt8]) -> [UInt8] {
        var bytes = Self.magic
        func append<T: FixedWidthInteger>(_ value: T) {
            withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
        }
        append(sequence)
        append(mapGeneration)
        append(part)
        append(parts)
        bytes += boot.prefix(16) + [UInt8](repeating: 0, count: max(0, 16 - boot.count))
        append(UInt32(truncatingIfNeeded: payload.count))
        append(CRC32C.checksum(bytes.span.bytes))
        return bytes + payload
    }

    /// Reads the head of a file; `nil` when it is not one, or damaged.
    init?(head bytes: some Collection<UInt8>) {
        let head = Array(bytes.prefix(Self.headBytes))
        guard head.count == Self.headBytes, head.starts(with: Self.magic) else { return nil }
        func number(_ range: Range<Int>) -> UInt64 { head[range].reduce(0) { $0 << 8 | UInt64($1) } }
        let sum = CRC32C.checksum(head.span.bytes.extracting(0..<52))
        guard UInt64(sum) == number(52..<56) else { return nil }
        sequence = number(8..<16)
        mapGeneration = number(16..<24)
        part = UInt32(truncatingIfNeeded: number(24..<28))
        parts = UInt32(truncatingIfNeeded: number(28..<32))
        boot = Array(head[32..<48])
        guard part < parts else { return nil }
    }

    init(sequence: UInt64, mapGeneration: UInt64, boot: [UInt8], part: UInt32, parts: UInt32) {
        self.sequence = sequence
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
