/// What the footer says of a row group: enough to skip it without reading it.
public struct ParquetRowGroup: Sendable, Hashable {
    public let rows: Int
    /// In the order of the schema.
    public let columns: [ParquetColumnChunk]
}

/// What the footer says of one column in one row group.
public struct ParquetColumnChunk: Sendable, Hashable {
    /// The size in the file, in bytes, with page headers.
    public let storedBytes: Int
    /// The same before compression.
    public let plainBytes: Int
    /// No value is below; nil if there is no value or the file does not say.
    public let minimum: ParquetValue?
    /// No value is above; nil if there is no value or the file does not say.
    public let maximum: ParquetValue?
    /// Rows without a value; nil if the file does not say.
    public let nullCount: Int?
    /// Whether `ParquetReader.bloomFilter` returns one.
    public let hasBloomFilter: Bool

    let offset: Int
    let values: Int
    let isCompressed: Bool
    let bloomOffset: Int?
}
