/// A Bloom filter of a column: says for certain that a value does not occur.
public struct ParquetBloomFilter: Sendable {
    let filter: BloomFilter
    let type: ParquetType

    /// Whether the value may occur; false is certain.
    ///
    /// A value that no row of the column's type can have does not occur.
    public func mayContain(_ value: ParquetValue) -> Bool {
        guard let hash = BloomFilter.hash(value, as: type) else { return false }
        return filter.mayContain(hash)
    }
}
