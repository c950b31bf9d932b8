/// Reads what `ByteWriter` wrote; every step checks what is left first.
struct ByteReader {
    /// The bytes are not what the writer writes.
    struct Malformed: Error, Equatable {}

    let bytes: [UInt8]
    private(set) var offset: Int
    private let end: Int

    init(_ bytes: [UInt8], from offset: Int = 0) {
        self.bytes = bytes
        self.offset = min(max(offset, 0), bytes.count)
        end = bytes.count
    }

    var remaining: Int { end - offset }

    mutating func byte() throws(Malformed) -> UInt8 {
        guard offset < end else { throw Malformed() }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func varint() throws(Malformed) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try byte()
            guard shift < 63 || byte <= 1 else { throw Malformed() }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    mutating func signed() throws(Malformed) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// A count of things that take at least `smallest` bytes each, so that no count outgrows the input.
    mutating func count(smallest: Int = 1) throws(Malformed) -> Int {
        guard let count = Int(exactly: try varint()), count <= remaining / max(smallest, 1) else { throw Malformed() }
        return count
    }

    mutating func text() throws(Malformed) -> String {
        let count = try count()
        guard let text = String(validating: bytes[offset..<offset + count], as: UTF8.self) else { throw Malformed() }
        offset += count
        return text
    }

    mutating func optionalText() throws(Malformed) -> String? {
        switch try byte() {
        case 0: return nil
        case 1: return try text()
        default: throw Malformed()
        }
    }

    mutating func little<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) throws(Malformed) -> T {
        let size = T.bitWidth / 8
        guard remaining >= size else { throw Malformed() }
        let value = bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: T.self)
        offset += size
        return T(littleEndian: value)
    }

    mutating func skip(_ count: Int) throws(Malformed) {
        guard count >= 0, count <= remaining else { throw Malformed() }
        offset += count
    }

    mutating func take(_ count: Int) throws(Malformed) -> [UInt8] {
        guard count >= 0, count <= remaining else { throw Malformed() }
        defer { offset += count }
        return Array(bytes[offset..<offset + count])
    }
}
