/// Takes the pages of one column chunk apart: header, checksum, compression, levels.
struct PageReader {
    struct Data {
        /// At the values.
        var cursor: ByteCursor
        let rows: Int
        /// Nil if every row has a value.
        let present: [Bool]?
        /// Rows that have one.
        let values: Int
        let encoding: FileLayout.Encoding
    }

    enum Page {
        case dictionary(ByteCursor, entries: Int)
        case data(Data)
    }

    private let isOptional: Bool
    private let isCompressed: Bool
    private let limits: ParquetLimits
    private let place: String
    private let decompressor: ZstdDecompressor
    private var cursor: ByteCursor
    /// Bytes of the pages so far, decompressed.
    private var plainBytes = 0

    init(
        _ bytes: [UInt8], column: ParquetColumn, chunk: ParquetColumnChunk, limits: ParquetLimits, place: String
    ) throws(ParquetError) {
        isOptional = column.isOptional
        isCompressed = chunk.isCompressed
        self.limits = limits
        self.place = place
        decompressor = try ZstdDecompressor()
        cursor = ByteCursor(bytes, place: place)
    }

    var isAtEnd: Bool { cursor.remaining == 0 }

    /// The next page of values; `rows` is the most it can have. Index pages are passed over.
    mutating func next(rows: Int) throws(ParquetError) -> Page {
        while true {
            let header = try PageHeader(&cursor)
            guard header.stored <= limits.pageBytes, header.plain <= limits.pageBytes else {
                throw .beyondLimit("a page of \(header.plain) bytes, \(place)")
            }
            plainBytes += header.plain
            guard plainBytes <= limits.chunkBytes else {
                throw .beyondLimit("more than \(limits.chunkBytes) bytes before compression, \(place)")
            }
            let start = try cursor.skip(header.stored)
            let stored = start..<start + header.stored
            if let expected = header.crc {
                let sum = cursor.bytes.withUnsafeBytes { CRC32.checksum(UnsafeRawBufferPointer(rebasing: $0[stored])) }
                guard sum == expected else { throw cursor.damaged("checksum of the page at \(start)") }
            }
            switch header.type {
            case .index: continue
            case .dictionary:
                guard header.encoding == .plain || header.encoding == .plainDictionary else {
                    throw .unsupported("dictionary encoded \(header.encoding)")
                }
                guard header.values <= limits.rows else { throw .beyondLimit("\(header.values) texts, \(place)") }
                return .dictionary(try plain(stored, header.plain, isCompressed), entries: header.values)
            case .data, .dataV2:
                guard header.values > 0, header.values <= rows else {
                    throw cursor.damaged("a page of \(header.values) rows, \(rows) are missing")
                }
                let page = try header.type == .data ? version1(header, stored) : version2(header, stored)
                return .data(page)
            }
        }
    }

    private func version1(_ header: PageHeader, _ stored: Range<Int>) throws(ParquetError) -> Data {
        var body = try plain(stored, header.plain, isCompressed)
        guard isOptional else {
            return Data(
                cursor: body, rows: header.values, present: nil, values: header.values, encoding: header.encoding)
        }
        guard header.levels == .rle else { throw .unsupported("levels encoded \(header.levels)") }
        let length = Int(try body.littleEndian(UInt32.self))
        let start = try body.skip(length)
        return try data(header, body, levels: Array(body.bytes[start..<start + length]))
    }

    private func version2(_ header: PageHeader, _ stored: Range<Int>) throws(ParquetError) -> Data {
        let (levels, repeated) = (header.levelBytes, header.repetitionBytes)
        guard repeated == 0 else { throw .unsupported("repeated values") }
        guard levels >= 0, levels <= stored.count, levels <= header.plain else { throw cursor.damaged("levels") }
        let values = stored.lowerBound + levels..<stored.upperBound
        let body = try plain(values, header.plain - levels, isCompressed && header.isCompressed)
        guard isOptional else {
            guard levels == 0 else { throw cursor.damaged("levels of a column that has none") }
            return Data(
                cursor: body, rows: header.values, present: nil, values: header.values, encoding: header.encoding)
        }
        return try data(header, body, levels: Array(cursor.bytes[stored.lowerBound..<values.lowerBound]))
    }

    private func data(
        _ header: PageHeader, _ body: ByteCursor, levels: [UInt8]
    ) throws(ParquetError) -> Data {
        var cursor = ByteCursor(levels, place: "levels, \(place)")
        if RLEHybrid.isOneRun(cursor, of: 1, count: header.values) {
            return Data(
                cursor: body, rows: header.values, present: nil, values: header.values, encoding: header.encoding)
        }
        let levels = try RLEHybrid.read(&cursor, width: 1, count: header.values)
        let values = levels.reduce(0) { $0 + Int($1) }
        return Data(
            cursor: body, rows: header.values, present: values == header.values ? nil : levels.map { $0 == 1 },
            values: values, encoding: header.encoding)
    }

    private func plain(
        _ stored: Range<Int>, _ count: Int, _ isCompressed: Bool
    ) throws(ParquetError) -> ByteCursor {
        guard isCompressed else {
            guard stored.count == count else { throw cursor.damaged("\(stored.count) bytes instead of \(count)") }
            return ByteCursor(Array(cursor.bytes[stored]), place: place)
        }
        let plain = cursor.bytes.withUnsafeBytes { bytes in
            Result { () throws(ParquetError) in
                try decompressor.decompress(UnsafeRawBufferPointer(rebasing: bytes[stored]), count: count, place: place)
            }
        }
        return ByteCursor(padded: try plain.get(), place: place)
    }
}
