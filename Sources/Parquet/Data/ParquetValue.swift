/// One value: a bound of a column's statistics, or what a Bloom filter is asked for.
public enum ParquetValue: Sendable, Hashable {
    /// Of a column of type `int32`, `int64` or `timestampMilliseconds`.
    case signed(Int64)
    /// Of a column of type `uint8` … `uint64`.
    case unsigned(UInt64)
    /// Of a column of type `text`; ordered by its UTF-8 bytes.
    case text(String)
}
