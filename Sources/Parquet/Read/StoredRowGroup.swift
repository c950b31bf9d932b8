/// A row group as the footer has it, before it is checked against the schema and the file.
struct StoredRowGroup {
    private(set) var rows = 0
    private var chunks: [StoredChunk] = []

    init(_ reader: inout ThriftReader, limits: ParquetLimits) throws(ParquetError) {
        try reader.structure { reader, field throws(ParquetError) in
            switch (field.id, field.type) {
            case (1, .list):
                try reader.list(of: .structure) { reader throws(ParquetError) in
                    guard chunks.count < limits.columns else {
                        throw .beyondLimit("more than \(limits.columns) columns")
                    }
                    let chunk = try StoredChunk(&reader)
                    // An empty one takes a byte in the file and much more here.
                    guard chunk.isWhole else { throw .damaged("a column in a row group without its place") }
                    chunks.append(chunk)
                }
            case (3, .int64): rows = try reader.integer()
            default: try reader.skip(field.type)
            }
        }
    }

    /// Throws `ParquetError.damaged` if its columns are not the schema's or lie outside the data, and
    /// `ParquetError.unsupported` if one is compressed otherwise.
    func checked(
        _ schema: [ParquetColumn], dataEnd: Int, place: String
    ) throws(ParquetError) -> ParquetRowGroup {
        guard chunks.count == schema.count else { throw .damaged("\(chunks.count) columns, \(place)") }
        var columns: [ParquetColumnChunk] = []
        for (column, chunk) in zip(schema, chunks) {
            let place = "column \(column.name) of \(place)"
            guard chunk.path == column.name, chunk.physical == column.type.physical.rawValue else {
                throw .damaged("another column's place, \(place)")
            }
            switch chunk.codec.flatMap(FileLayout.Codec.init(rawValue:)) {
            case .zstd, .uncompressed: break
            case let codec?: throw .unsupported("compression \(codec)")
            case nil: throw .damaged("compression, \(place)")
            }
            guard chunk.values == rows else { throw .damaged("\(chunk.values) values in \(rows) rows, \(place)") }
            let start = chunk.start
            guard start >= 4, chunk.stored >= 0, chunk.plain >= 0, start <= dataEnd, chunk.stored <= dataEnd - start
            else {
                throw .damaged("\(chunk.stored) bytes at \(start) of \(dataEnd), \(place)")
            }
            let nulls = chunk.nullCount
            guard nulls.map({ (0...rows).contains($0) }) ?? true else { throw .damaged("count of nulls, \(place)") }
            let minimum = try chunk.bound(chunk.minimum, column.type, place)
            let maximum = try chunk.bound(chunk.maximum, column.type, place)
            columns.append(
                ParquetColumnChunk(
                    storedBytes: chunk.stored, plainBytes: chunk.plain, minimum: minimum, maximum: maximum,
                    nullCount: nulls, hasBloomFilter: chunk.bloomOffset != nil, offset: start, values: chunk.values,
                    isCompressed: chunk.codec == FileLayout.Codec.zstd.rawValue, bloomOffset: chunk.bloomOffset))
        }
        return ParquetRowGroup(rows: rows, columns: columns)
    }
}

/// A column chunk as the footer has it.
private struct StoredChunk {
    var physical = -1
    var path: String?
    var codec: Int?
    var values = -1
    var plain = -1
    var stored = -1
    var dataOffset = -1
    var dictionaryOffset: Int?
    var bloomOffset: Int?
    var nullCount: Int?
    var minimum: [UInt8]?
    var maximum: [UInt8]?

    /// Whether it says what every column chunk must.
    var isWhole: Bool {
        physical >= 0 && path != nil && codec != nil && values >= 0 && plain >= 0 && stored >= 0 && dataOffset >= 0
    }

    /// Some writers put 0 where there is no dictionary.
    var start: Int {
        guard let dictionaryOffset, dictionaryOffset > 0 else { return dataOffset }
        return min(dictionaryOffset, dataOffset)
    }

    init(_ reader: inout ThriftReader) throws(ParquetError) {
        try reader.structure { reader, field throws(ParquetError) in
            switch (field.id, field.type) {
            case (1, .binary): throw .unsupported("columns in other files")
            case (3, .structure): try metadata(&reader)
            case (8, .structure): throw .unsupported("encryption")
            default: try reader.skip(field.type)
            }
        }
    }

    private mutating func metadata(_ reader: inout ThriftReader) throws(ParquetError) {
        try reader.structure { reader, field throws(ParquetError) in
            switch (field.id, field.type) {
            case (1, .int32): physical = try reader.integer()
            case (3, .list):
                try reader.list(of: .binary) { reader throws(ParquetError) in
                    guard path == nil else { throw .unsupported("nested columns") }
                    path = try reader.text()
                }
            case (4, .int32): codec = try reader.integer()
            case (5, .int64): values = try reader.integer()
            case (6, .int64): plain = try reader.integer()
            case (7, .int64): stored = try reader.integer()
            case (9, .int64): dataOffset = try reader.integer()
            case (11, .int64): dictionaryOffset = try reader.integer()
            case (12, .structure): try statistics(&reader)
            case (14, .int64): bloomOffset = try reader.integer()
            default: try reader.skip(field.type)
            }
        }
    }

    private mutating func statistics(_ reader: inout ThriftReader) throws(ParquetError) {
        try reader.structure { reader, field throws(ParquetError) in
            switch (field.id, field.type) {
            case (3, .int64): nullCount = try reader.integer()
            case (5, .binary): maximum = Array(try reader.binary())
            case (6, .binary): minimum = Array(try reader.binary())
            default: try reader.skip(field.type)
            }
        }
    }

    func bound(_ bytes: [UInt8]?, _ type: ParquetType, _ place: String) throws(ParquetError) -> ParquetValue? {
        guard let bytes else { return nil }
        var cursor = ByteCursor(bytes, place: "bound of \(place)")
        switch type.physical {
        case .int32 where bytes.count == 4:
            let number = try cursor.littleEndian(UInt32.self)
            guard let bits = type.unsignedBits else { return .signed(Int64(Int32(bitPattern: number))) }
            guard bits == 32 || number >> UInt32(bits) == 0 else { throw cursor.damaged("\(number)") }
            return .unsigned(UInt64(number))
        case .int64 where bytes.count == 8:
            let number = try cursor.littleEndian(UInt64.self)
            return type.unsignedBits == nil ? .signed(Int64(bitPattern: number)) : .unsigned(number)
        // Text may be cut in the middle of a character; then there is no bound.
        case .byteArray: return String(validating: bytes, as: UTF8.self).map { .text($0) }
        default: throw cursor.damaged("\(bytes.count) bytes")
        }
    }
}
