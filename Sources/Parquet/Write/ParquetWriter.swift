/// Writes a Parquet file of a flat schema: https://parquet.apache.org/docs/file-format/.
///
/// It does no I/O: what `add` and `finish` return, one after the other, is the file. Each row group has one column
/// chunk a column with statistics, zstd-compressed pages with a CRC, and the Bloom filters the schema asks for.
public struct ParquetWriter {
    public let schema: [ParquetColumn]
    /// Rows added so far.
    public private(set) var rows = 0
    /// The size of the file so far, in bytes.
    public private(set) var byteCount = 0

    private let compression: ZstdCompressor
    private let pageRows: Int
    private let createdBy: String
    private var rowGroups: [WrittenRowGroup] = []
    private var isFinished = false

    /// Begins a file.
    ///
    /// `createdBy` goes into the footer, by convention "name version x.y.z". `level` is zstd's, 1…19. `pageRows` is
    /// the most rows of a page, at least 1. Throws `ParquetError.mismatch` if two columns have one name, one has
    /// none, there is no column, or an encoding does not fit its type.
    public init(
        schema: [ParquetColumn], createdBy: String, level: Int = 1, pageRows: Int = 65_536
    ) throws(ParquetError) {
        guard !schema.isEmpty else { throw .mismatch("a schema without columns") }
        var names: Set<String> = []
        for column in schema {
            guard !column.name.isEmpty else { throw .mismatch("a column without a name") }
            guard names.insert(column.name).inserted else { throw .mismatch("two columns named \(column.name)") }
            if column.type == .text, column.encoding == .delta {
                throw .mismatch("column \(column.name): delta is for integers")
            }
        }
        self.schema = schema
        self.createdBy = createdBy
        self.pageRows = max(1, min(pageRows, 1 << 24))
        compression = try ZstdCompressor(level: level)
    }

    /// The bytes of one more row group, to be appended to the file.
    ///
    /// `columns` in the order of the schema, equally long. Throws `ParquetError.mismatch` if they do not fit it; then
    /// nothing was added. No rows, no bytes.
    public mutating func add(_ columns: [ParquetColumnData]) throws(ParquetError) -> [UInt8] {
        guard !isFinished else { throw .mismatch("rows for a finished file") }
        guard columns.count == schema.count else {
            throw .mismatch("\(columns.count) columns for a schema of \(schema.count)")
        }
        let count = columns.first?.count ?? 0
        guard count > 0 else { return [] }
        var bytes = byteCount == 0 ? FileLayout.magic : []
        var chunks: [WrittenChunk] = []
        var filters: [BloomFilter?] = []
        for (column, data) in zip(schema, columns) {
            guard data.count == count, data.present.map({ $0.count == count }) ?? true else {
                throw .mismatch("column \(column.name) is not \(count) rows long")
            }
            let encoded = try ColumnEncoder(column: column, pageRows: pageRows, compression: compression)
                .encode(data, at: byteCount, into: &bytes)
            chunks.append(encoded.chunk)
            filters.append(encoded.filter)
        }
        for (index, filter) in filters.enumerated() {
            guard let filter else { continue }
            let start = bytes.count
            filter.append(to: &bytes)
            chunks[index].bloomOffset = byteCount + start
            chunks[index].bloomLength = bytes.count - start
        }
        rowGroups.append(WrittenRowGroup(rows: count, chunks: chunks))
        rows += count
        byteCount += bytes.count
        return bytes
    }

    /// The last bytes of the file: its footer.
    ///
    /// `keyValues` are free text, by key. Throws `ParquetError.mismatch` if the file is finished already or its footer
    /// exceeds 2³² − 1 bytes.
    public mutating func finish(keyValues: [String: String] = [:]) throws(ParquetError) -> [UInt8] {
        guard !isFinished else { throw .mismatch("the file is finished already") }
        let footer = FooterWriter(schema: schema, createdBy: createdBy)
            .footer(rowGroups: rowGroups, rows: rows, keyValues: keyValues)
        guard let length = UInt32(exactly: footer.count) else { throw .mismatch("a footer of \(footer.count) bytes") }
        var bytes = byteCount == 0 ? FileLayout.magic : []
        bytes += footer
        bytes.append(littleEndian: length)
        bytes += FileLayout.magic
        isFinished = true
        byteCount += bytes.count
        return bytes
    }
}
