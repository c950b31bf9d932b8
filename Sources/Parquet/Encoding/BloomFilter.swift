/// A split-block Bloom filter: https://parquet.apache.org/docs/file-format/bloomfilter/.
struct BloomFilter: Sendable {
    private static let salts: [UInt32] = [
        0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947, 0x5c6b_fb31,
    ]

    /// Blocks of eight words.
    private var words: [UInt32]

    /// Room for `distinct` values with about one wrong answer in a hundred, 32 bytes to 1 MiB.
    init(distinct: Int) {
        // -8 / ln(1 - 0.01^(1/8)), in bits a value.
        let bits = Double(max(1, distinct)) * 9.6817
        var bytes = 32
        while bytes < 1 << 20, Double(bytes * 8) < bits { bytes *= 2 }
        words = [UInt32](repeating: 0, count: bytes / 4)
    }

    mutating func insert(_ hash: UInt64) {
        let block = block(hash)
        let key = UInt32(truncatingIfNeeded: hash)
        for index in 0..<8 { words[block + index] |= Self.bit(key, index) }
    }

    func mayContain(_ hash: UInt64) -> Bool {
        let block = block(hash)
        let key = UInt32(truncatingIfNeeded: hash)
        return (0..<8).allSatisfy { words[block + $0] & Self.bit(key, $0) != 0 }
    }

    /// The first word of the hash's block.
    private func block(_ hash: UInt64) -> Int {
        Int(((hash >> 32) * UInt64(words.count / 8)) >> 32) * 8
    }

    private static func bit(_ key: UInt32, _ index: Int) -> UInt32 {
        1 << ((key &* salts[index]) >> 27)
    }

    /// Appends header and bits.
    func append(to bytes: inout [UInt8]) {
        var header = ThriftWriter()
        header.element { header in
            header.int32(1, words.count * 4)
            // Split blocks, XXH64, not compressed.
            for field in 2...4 { header.structure(field) { $0.structure(1) } }
        }
        bytes += header.bytes
        for word in words { bytes.append(littleEndian: word) }
    }

    /// Reads all of it.
    ///
    /// Throws `ParquetError.unreadable`.
    init(_ bits: BloomFilterBits) throws(ParquetError) {
        words = try bits.words(0..<bits.count)
    }

    /// One block of a filter.
    init(block: [UInt32]) { words = block }

    /// The hash of the value as a column of that type stores it; nil if it cannot.
    static func hash(_ value: ParquetValue, as type: ParquetType) -> UInt64? {
        switch (value, type) {
        case (.text(let text), .text):
            var text = text
            return text.withUTF8 { XXH64.hash(UnsafeRawBufferPointer($0)) }
        case (.signed(let number), .int32): return Int32(exactly: number).map(hash)
        case (.signed(let number), .int64), (.signed(let number), .timestampMilliseconds): return hash(number)
        case (.unsigned(let number), _):
            guard let bits = type.unsignedBits, bits == 64 || number >> UInt64(bits) == 0 else { return nil }
            return bits == 64 ? hash(number) : hash(UInt32(truncatingIfNeeded: number))
        default: return nil
        }
    }

    static func hash<T: FixedWidthInteger>(_ number: T) -> UInt64 {
        withUnsafeBytes(of: number.littleEndian) { XXH64.hash($0) }
    }
}
