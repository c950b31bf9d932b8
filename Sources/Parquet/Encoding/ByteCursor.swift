/// A place in bytes that are not trusted: nothing is read beyond `end`.
///
/// Behind `end` the array has `padding` bytes more, so that bit-packed numbers can be loaded eight bytes at a time.
struct ByteCursor {
    static let padding = 16

    let bytes: [UInt8]
    private(set) var position: Int
    private(set) var end: Int
    /// What the bytes are, for errors.
    let place: String

    /// All of `bytes` but the `padding` at its end.
    init(padded bytes: [UInt8], place: String) {
        self.bytes = bytes
        position = 0
        end = max(0, bytes.count - Self.padding)
        self.place = place
    }

    init(_ bytes: [UInt8], place: String) {
        self.init(padded: bytes + [UInt8](repeating: 0, count: Self.padding), place: place)
    }

    var remaining: Int { end - position }

    /// The start of the next `count` bytes, which are passed over.
    mutating func skip(_ count: Int) throws(ParquetError) -> Int {
        guard count >= 0, count <= remaining else { throw damaged("\(count) bytes at \(position) of \(end)") }
        defer { position += count }
        return position
    }

    mutating func byte() throws(ParquetError) -> UInt8 {
        bytes[try skip(1)]
    }

    mutating func littleEndian<T: FixedWidthInteger>(_ type: T.Type = T.self) throws(ParquetError) -> T {
        let start = try skip(MemoryLayout<T>.size)
        return bytes.withUnsafeBytes { T(littleEndian: $0.loadUnaligned(fromByteOffset: start, as: T.self)) }
    }

    /// An unsigned LEB128 number of at most 64 bits.
    mutating func varint() throws(ParquetError) -> UInt64 {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            guard shift < 63 || next <= 1 else { throw damaged("a number of more than 64 bits") }
            number |= UInt64(next & 0x7f) << shift
            if next & 0x80 == 0 { return number }
            shift += 7
        }
    }

    mutating func zigzag() throws(ParquetError) -> Int64 {
        let number = try varint()
        return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
    }

    /// The number as a count of at most `limit`.
    mutating func count(_ limit: Int, of what: String) throws(ParquetError) -> Int {
        let number = try varint()
        guard number <= UInt64(limit) else { throw damaged("\(number) \(what), at most \(limit) are possible") }
        return Int(number)
    }

    func damaged(_ what: String) -> ParquetError { .damaged("\(what), \(place)") }
}
