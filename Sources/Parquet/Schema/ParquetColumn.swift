/// A column of a flat schema.
public struct ParquetColumn: Sendable, Hashable {
    /// How the writer stores the values of a column.
    public enum Encoding: Sendable, Hashable {
        /// The smaller of `dictionary` and `delta` for integers, `dictionary` for text.
        case automatic
        /// The values as they are.
        case plain
        /// Each distinct value once, and its number in each row.
        case dictionary
        /// Differences, bit-packed. For integers only.
        case delta
    }

    /// The name, unique in its schema and not empty.
    public var name: String
    public var type: ParquetType
    /// Whether a row may be without a value.
    public var isOptional: Bool
    /// How the writer stores it; the reader always says `automatic`.
    public var encoding: Encoding
    /// Whether the writer adds a Bloom filter of the column to each row group.
    public var hasBloomFilter: Bool

    public init(
        _ name: String, _ type: ParquetType, isOptional: Bool = false, encoding: Encoding = .automatic,
        hasBloomFilter: Bool = false
    ) {
        self.name = name
        self.type = type
        self.isOptional = isOptional
        self.encoding = encoding
        self.hasBloomFilter = hasBloomFilter
    }
}
