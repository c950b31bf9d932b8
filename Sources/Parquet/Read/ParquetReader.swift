/// Reads Parquet files of a flat schema: what `ParquetWriter` writes, and what others write alike (codec zstd or
/// none; the types of `ParquetType`; PLAIN, dictionary and DELTA_BINARY_PACKED pages, of version 1 and 2).
///
/// The file may be hostile: every length is checked before it is used, checksums of pages are verified, and memory
/// stays within `ParquetLimits`. What is valid and not supported is refused by its name.
public struct ParquetReader: Sendable {
    public let schema: [ParquetColumn]
    public let rowGroups: [ParquetRowGroup]
    /// The rows of all row groups.
    public let rows: Int
    /// Free text of the footer, by key; of a repeated key the last.
    public let keyValues: [String: String]
    /// The program that wrote the file, by its own word.
    public let createdBy: String?

    private let source: any ParquetSource
    private let limits: ParquetLimits

    /// Reads the footer.
    ///
    /// Throws `ParquetError.damaged`, `.unsupported`, `.beyondLimit`, or what the source throws.
    public init(_ source: any ParquetSource, limits: ParquetLimits = ParquetLimits()) throws(ParquetError) {
        self.source = source
        self.limits = limits
        let footer = try FooterReader(source: source, limits: limits).read()
        schema = footer.schema
        rowGroups = footer.rowGroups
        rows = footer.rows
        keyValues = footer.keyValues
        createdBy = footer.createdBy
    }

    /// The index of the column of that name.
    public func column(_ name: String) -> Int? {
        schema.firstIndex { $0.name == name }
    }

    /// The values of one column of one row group, by their indices.
    ///
    /// Throws `ParquetError.mismatch` if there is no such column or row group, and otherwise as the initializer does.
    public func read(column: Int, rowGroup: Int) throws(ParquetError) -> ParquetColumnData {
        let (decoder, bytes) = try stored(column, rowGroup)
        return try decoder.decode(bytes)
    }

    /// The same for a column of texts, which stay bytes: no `String` is made.
    ///
    /// Throws as `read` does, and `ParquetError.mismatch` for a column of another type.
    public func readTexts(column: Int, rowGroup: Int) throws(ParquetError) -> ParquetTexts {
        let (decoder, bytes) = try stored(column, rowGroup)
        guard decoder.column.type == .text else { throw .mismatch("column \(decoder.column.name) has no texts") }
        return try decoder.texts(bytes)
    }

    private func stored(_ column: Int, _ rowGroup: Int) throws(ParquetError) -> (ColumnDecoder, [UInt8]) {
        let (definition, group, chunk) = try find(column, rowGroup)
        let place = "column \(definition.name) of row group \(rowGroup)"
        guard chunk.storedBytes <= limits.chunkBytes else { throw .beyondLimit("\(chunk.storedBytes) bytes, \(place)") }
        let bytes = try source.read(at: chunk.offset, count: chunk.storedBytes)
        let decoder = ColumnDecoder(
            column: definition, rows: group.rows, chunk: chunk, limits: limits, place: place)
        return (decoder, bytes)
    }

    /// The Bloom filter of one column of one row group; nil if it has none.
    ///
    /// Throws as `read` does.
    public func bloomFilter(column: Int, rowGroup: Int) throws(ParquetError) -> ParquetBloomFilter? {
        guard let bits = try bloomFilterBits(column, rowGroup) else { return nil }
        return ParquetBloomFilter(filter: try BloomFilter(bits), type: schema[column].type)
    }

    /// Whether the value may occur in one column of one row group; false is certain. Of a Bloom filter no more is read
    /// than where the value has its bits.
    ///
    /// Throws as `read` does.
    public func mayContain(_ value: ParquetValue, column: Int, rowGroup: Int) throws(ParquetError) -> Bool {
        guard let bits = try bloomFilterBits(column, rowGroup) else { return true }
        guard let hash = BloomFilter.hash(value, as: schema[column].type) else { return false }
        return try bits.mayContain(hash)
    }

    private func bloomFilterBits(_ column: Int, _ rowGroup: Int) throws(ParquetError) -> BloomFilterBits? {
        let (definition, _, chunk) = try find(column, rowGroup)
        guard let offset = chunk.bloomOffset else { return nil }
        return try BloomFilterBits(
            source: source, offset: offset, limit: limits.pageBytes,
            place: "Bloom filter of column \(definition.name) of row group \(rowGroup)")
    }

    private func find(
        _ column: Int, _ rowGroup: Int
    ) throws(ParquetError) -> (ParquetColumn, ParquetRowGroup, ParquetColumnChunk) {
        guard schema.indices.contains(column) else { throw .mismatch("no column \(column)") }
        guard rowGroups.indices.contains(rowGroup) else { throw .mismatch("no row group \(rowGroup)") }
        return (schema[column], rowGroups[rowGroup], rowGroups[rowGroup].columns[column])
    }
}
