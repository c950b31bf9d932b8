/// Numbers of the format: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift.
enum FileLayout {
    static let magic: [UInt8] = [0x50, 0x41, 0x52, 0x31]  // PAR1

    enum Physical: Int {
        case boolean = 0, int32, int64, int96, float, double, byteArray, fixedLengthByteArray
    }
    enum Repetition: Int {
        case required = 0, optional, repeated
    }
    enum Converted: Int {
        case utf8 = 0, timestampMillis = 9, uint8 = 11, uint16, uint32, uint64, int8, int16, int32, int64
    }
    enum Encoding: Int {
        case plain = 0, plainDictionary = 2, rle, bitPacked, deltaBinaryPacked, deltaLengthByteArray
        case deltaByteArray, rleDictionary, byteStreamSplit
    }
    enum Codec: Int {
        case uncompressed = 0, snappy, gzip, lzo, brotli, lz4, zstd, lz4Raw
    }
    enum Page: Int {
        case data = 0, index, dictionary, dataV2
    }
}

extension ParquetType {
    var physical: FileLayout.Physical {
        switch self {
        case .uint8, .uint16, .uint32, .int32: .int32
        case .uint64, .int64, .timestampMilliseconds: .int64
        case .text: .byteArray
        }
    }

    /// The annotation of format versions before 2.4, which readers still look at.
    var converted: FileLayout.Converted? {
        switch self {
        case .uint8: .uint8
        case .uint16: .uint16
        case .uint32: .uint32
        case .uint64: .uint64
        case .int32, .int64: nil
        case .timestampMilliseconds: .timestampMillis
        case .text: .utf8
        }
    }

    /// Bits of an unsigned type.
    var unsignedBits: Int? {
        switch self {
        case .uint8: 8
        case .uint16: 16
        case .uint32: 32
        case .uint64: 64
        case .int32, .int64, .timestampMilliseconds, .text: nil
        }
    }
}
