/// What a column holds: a physical type of the format together with its logical type.
public enum ParquetType: Sendable, Hashable, CaseIterable {
    /// Unsigned, 8 bits: `INT32` with `INTEGER(8, false)`.
    case uint8
    /// Unsigned, 16 bits: `INT32` with `INTEGER(16, false)`.
    case uint16
    /// Unsigned, 32 bits: `INT32` with `INTEGER(32, false)`.
    case uint32
    /// Unsigned, 64 bits: `INT64` with `INTEGER(64, false)`.
    case uint64
    /// Signed, 32 bits: `INT32`.
    case int32
    /// Signed, 64 bits: `INT64`.
    case int64
    /// Milliseconds since 1970-01-01T00:00:00Z: `INT64` with `TIMESTAMP(MILLIS, isAdjustedToUTC)`.
    case timestampMilliseconds
    /// UTF-8 text: `BYTE_ARRAY` with `STRING`.
    case text
}
