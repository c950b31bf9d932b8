/// Which records are wanted. What is `nil` does not restrict.
public struct FlowQuery: Sendable, Hashable {
    /// Records a page may hold at most.
    public static let limitRange: ClosedRange<Int> = 1...10_000

    /// Owner of the records; `nil` is every account, for operators only.
    public var accountID: String?
    /// Unix seconds: windows that ended after this.
    public var endedAfter: Int64?
    /// Unix seconds: windows that ended at this or before.
    public var endedThrough: Int64?
    /// What else a record must be.
    public var predicate: FlowPredicate
    /// Latest windows first.
    public var newestFirst: Bool
    /// Also what has gathered so far in windows that still run: after the closed ones, or before them with
    /// `newestFirst`. For `search` and `sums` only.
    public var includeOpen: Bool
    /// Records of a page, within `limitRange`.
    public var limit: Int
    /// Where the page before ended; `nil` is the first page.
    public var cursor: String?

    public init(
        accountID: String?, endedAfter: Int64? = nil, endedThrough: Int64? = nil,
        matching predicate: FlowPredicate = .everything, newestFirst: Bool = false, includeOpen: Bool = false,
        limit: Int = 100, cursor: String? = nil
    ) {
        self.accountID = accountID
        self.endedAfter = endedAfter
        self.endedThrough = endedThrough
        self.predicate = predicate
        self.newestFirst = newestFirst
        self.includeOpen = includeOpen
        self.limit = limit
        self.cursor = cursor
    }
}

extension FlowQuery {
    /// Refuses what nobody can answer.
    /// - Throws: `invalidQuery`.
    func check() throws(FlowLogError) {
        guard Self.limitRange.contains(limit) else {
            throw .invalidQuery("a limit of \(limit) is outside 1...\(Self.limitRange.upperBound)")
        }
        guard predicate.depth <= FlowPredicate.maximumDepth else {
            throw .invalidQuery("conditions are nested more than \(FlowPredicate.maximumDepth) deep")
        }
    }
}
