import Glibc

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
    /// Another server uses the directory.
    case locked(String)
    /// The system refused to read or write a file: path and error number. (A full disk is `storageFull`.)
    case file(String, Int32)
    /// A file is damaged: its name, and what is wrong.
    case damaged(String, String)
    /// More comes in than can be written; later it may fit.
    case overloaded
    /// The catalogue is damaged or cannot be used, in SQLite's words.
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
        case .locked(let path): "another server uses \(path); stop it, or give this one a directory of its own"
        case .file(let path, let code): "\(path): \(String(cString: strerror(code)))"
        case .damaged(let name, let what): "\(name) is damaged: \(what); `weir flows verify` lists all damage"
        case .overloaded: "more flow records come in than can be written"
        case .storage(let code, let message): "flow record file: \(message) (SQLite \(code))"
        }
    }
}

extension FlowLogError {
    /// What the system says about a file.
    static func system(_ path: String, _ code: Int32) -> FlowLogError {
        code == ENOSPC || code == EDQUOT ? .storageFull : .file(path, code)
    }
}
