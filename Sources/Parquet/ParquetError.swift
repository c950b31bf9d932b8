/// Why a file cannot be read or written.
public enum ParquetError: Error, Hashable, Sendable {
    /// The bytes are not what the format demands, or a checksum does not match: what, and where.
    case damaged(String)
    /// A valid file may have it, this reader has not: its name.
    case unsupported(String)
    /// More than `ParquetLimits` allows: what.
    case beyondLimit(String)
    /// The caller's columns or row numbers do not fit the schema or the file: which.
    case mismatch(String)
    /// The system refused to open or read the file: path and reason.
    case unreadable(String)
}

extension ParquetError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .damaged(let what): "damaged Parquet file: \(what)"
        case .unsupported(let what): "Parquet file with \(what), which is not supported"
        case .beyondLimit(let what): "Parquet file beyond the reader's limits: \(what)"
        case .mismatch(let what): "columns that do not fit the Parquet schema: \(what)"
        case .unreadable(let what): "Parquet file cannot be read: \(what)"
        }
    }
}
