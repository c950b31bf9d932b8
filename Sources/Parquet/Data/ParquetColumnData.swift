/// The values of one column in one row group, one a row.
public struct ParquetColumnData: Sendable, Hashable {
    /// The values, in the case of the column's type.
    public enum Values: Sendable, Hashable {
        case uint8([UInt8])
        case uint16([UInt16])
        case uint32([UInt32])
        case uint64([UInt64])
        case int32([Int32])
        /// Of columns of the types `int64` and `timestampMilliseconds`.
        case int64([Int64])
        /// The texts that occur, and for each row the index of its text. The writer leaves out entries no row has.
        case text(dictionary: [String], indices: [UInt32])
    }

    public var values: Values
    /// Which rows have a value; nil if all have. A row without has a placeholder in `values`: 0, index 0; the
    /// writer ignores it (and an index of such a row may lie outside an empty dictionary).
    public var present: [Bool]?

    public init(_ values: Values, present: [Bool]? = nil) {
        self.values = values
        self.present = present
    }

    /// The rows, with and without a value.
    public var count: Int {
        switch values {
        case .uint8(let values): values.count
        case .uint16(let values): values.count
        case .uint32(let values): values.count
        case .uint64(let values): values.count
        case .int32(let values): values.count
        case .int64(let values): values.count
        case .text(_, let indices): indices.count
        }
    }
}
