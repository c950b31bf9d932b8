/// The bits of a Bloom filter where they lie in a file.
struct BloomFilterBits {
    /// Bytes of a block, in which all bits of one value are.
    private static let block = 32

    private let source: any ParquetSource
    private let start: Int
    /// Bytes, a multiple of a block's.
    let count: Int

    /// Reads the header.
    ///
    /// Throws `ParquetError.damaged`, `.unsupported`, or `.beyondLimit` beyond `limit` bytes.
    init(source: any ParquetSource, offset: Int, limit: Int, place: String) throws(ParquetError) {
        guard offset >= 0, offset < source.count else { throw .damaged("byte \(offset) of \(source.count), \(place)") }
        var header = ThriftReader(
            try source.read(at: offset, count: min(256, source.count - offset)), place: place)
        var count = 0
        var choices = 0
        try header.structure { reader, field throws(ParquetError) in
            switch (field.id, field.type) {
            case (1, .int32): count = try reader.integer()
            case (2...4, .structure):
                try reader.structure { reader, choice throws(ParquetError) in
                    guard choice.id == 1 else { throw .unsupported("another kind of Bloom filter") }
                    choices += 1
                    try reader.skip(choice.type)
                }
            default: try reader.skip(field.type)
            }
        }
        guard choices == 3, count > 0, count % Self.block == 0 else { throw .damaged("header, \(place)") }
        guard count <= limit else { throw .beyondLimit("\(count) bytes, \(place)") }
        start = offset + header.position
        guard count <= source.count - start else { throw .damaged("\(count) bytes at \(start), \(place)") }
        self.source = source
        self.count = count
    }

    /// The words in these bytes, which lie in `0..<count` and begin and end with a word.
    func words(_ range: Range<Int>) throws(ParquetError) -> [UInt32] {
        let bytes = try source.read(at: start + range.lowerBound, count: range.count)
        return bytes.withUnsafeBytes { bytes in
            (0..<range.count / 4).map {
                UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self))
            }
        }
    }

    /// Reads one block alone.
    func mayContain(_ hash: UInt64) throws(ParquetError) -> Bool {
        let block = Int(((hash >> 32) * UInt64(count / Self.block)) >> 32) * Self.block
        return BloomFilter(block: try words(block..<block + Self.block)).mayContain(hash)
    }
}
