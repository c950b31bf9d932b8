/// Why a flow log store refused or failed.
public enum FlowLogError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The batch cannot be; sending it again does not help.
    case invalidBatch(String)
    /// Settings of a flow log are out of range.
    case invalidSettings(String)
    /// A part of the query is out of range.
    case invalidQuery(String)
    /// The cursor is not one that this store gave out for such a query.
    case invalidCursor
    /// The caller went away; nothing was written.
    case cancelled
    /// The file was written by a newer version of this program.
    case newerSchema
    /// The disk is full; nothing was written, reading goes on.
    case storageFull
    /// The file is damaged or cannot be used, in SQLite's words.
    case storage(code: Int32, message: String)

    public var description: String {
        switch self {
        case .invalidBatch(let reason): "invalid batch of flow slices: \(reason)"
        case .invalidSettings(let reason): "invalid flow log settings: \(reason)"
        case .invalidQuery(let reason): "invalid flow query: \(reason)"
        case .invalidCursor: "invalid cursor of a flow query"
        case .cancelled: "cancelled"
        case .newerSchema: "the flow record file was written by a newer version"
        case .storageFull: "no room on the disk for flow records"
        case .storage(let code, let message): "flow record file: \(message) (SQLite \(code))"
        }
    }
}
