/// Some records and the way to the next ones.
public struct FlowPage: Sendable, Hashable {
    public var records: [FlowRecord]
    /// Where the next page starts. After a search `nil` says that there is none; after a tail there always is one.
    public var cursor: String?
    /// Stored rows on the way that cannot be read as records, by number; they are damaged.
    public var damaged: [Int64]

    public init(records: [FlowRecord], cursor: String?, damaged: [Int64] = []) {
        self.records = records
        self.cursor = cursor
        self.damaged = damaged
    }
}
