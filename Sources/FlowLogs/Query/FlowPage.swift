/// Some records and the way to the next ones.
public struct FlowPage: Sendable, Hashable {
    public var records: [FlowRecord]
    /// Where the next page starts. After a search `nil` says that there is none; after a tail there always is one.
    public var cursor: String?
    /// What could not be read on the way, by name and reason; its records are missing.
    public var damaged: [String]
    /// Records of the whole store, and how many of them are dealt with: what lies before the page, on it, or cannot
    /// match. 0 when nobody counted.
    public var total: UInt64 = 0
    public var scanned: UInt64 = 0

    public init(records: [FlowRecord], cursor: String?, damaged: [String] = []) {
        self.records = records
        self.cursor = cursor
        self.damaged = damaged
    }
}
