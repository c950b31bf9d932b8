public import Model

/// Which resources a list call means. All conditions combine with AND.
public struct ListQuery<R: Resource>: Sendable {
    var rows = RowQuery()

    public init() {}

    /// Adds `column = value`; a `nil` value adds nothing. The column is a stored property's name.
    public func filter(_ column: String, _ value: String?) -> Self {
        guard let value else { return self }
        return filter(column, anyOf: [value])
    }

    public func filter(_ column: String, _ value: Int?) -> Self { filter(column, value.map(String.init)) }

    /// Adds `column` equal to one of `values`; `nil` adds nothing, an empty list matches nothing.
    public func filter(_ column: String, anyOf values: [String]?) -> Self {
        guard let values else { return self }
        return with { $0.conditions.append(.init(column: column, values: values)) }
    }

    /// Adds: the list in `listColumn` holds one of `values`, or `column` is one of them; `nil` values add nothing.
    public func filter(list listColumn: String, orColumn column: String? = nil, anyOf values: [String]?) -> Self {
        guard let values else { return self }
        return with { $0.conditions.append(.init(column: column, listColumn: listColumn, values: values)) }
    }

    /// Adds: the status is one that work is still to be done about: transitional, or `Failed`.
    public func unsettled() -> Self { with { $0.isUnsettled = true } }

    public func ids(_ ids: [String]?) -> Self { with { $0.ids = ids } }

    public func tagged(_ tags: [TagFilter]) -> Self { with { $0.tags = tags } }

    /// Means rows that access policies hide as well: for sums that must be right, never for what an answer shows.
    public func evenHidden() -> Self { with { $0.showsHidden = true } }

    public func oldestFirst() -> Self { with { $0.isOldestFirst = true } }

    public func page(_ page: ListRange) -> Self { with { $0.page = page } }

    private func with(_ change: (inout RowQuery) -> Void) -> Self {
        var copy = self
        change(&copy.rows)
        return copy
    }
}

/// A ``ListQuery`` without its kind: what turns it into SQL is then compiled once, not looked up kind by kind.
struct RowQuery: Sendable {
    /// A column equal to any of some values, or a column that holds a list with any of them.
    struct Condition: Sendable {
        var column: String?
        var listColumn: String?
        var values: [String]
    }

    var ids: [String]?
    var tags: [TagFilter] = []
    /// Newest first unless set.
    var isOldestFirst = false
    var page: ListRange = .all
    var conditions: [Condition] = []
    var showsHidden = false
    var isUnsettled = false

    /// What holds for an unsettled status. An index has these rows by these very words: when one goes, another index
    /// is needed. Not `NOT IN (…)`, of which SQLite would make a table for each row that comes.
    static let unsettled: StaticString = """
        status <> 'Active' AND status <> 'Available' AND status <> 'Disabled' AND status <> 'InUse' \
        AND status <> 'Inactive'
        """
}

/// Which part of a list is meant.
public enum ListRange: Sendable, Equatable {
    case all
    /// Up to `limit` after a row's sequence.
    case after(sequence: Int64?, limit: Int)
    /// The `number`th page (from 1) of `size`.
    case number(Int, size: Int)
}

/// Resources of one page, and where the next one starts.
public struct ListPage<R: Resource>: Sendable {
    public var items: [R]
    /// Sequence of the last item when more follow.
    public var next: Int64?

    public init(items: [R], next: Int64?) {
        self.items = items
        self.next = next
    }
}

/// Which tags a tag listing means.
public struct TagQuery: Sendable {
    public var tagType: String
    public var resourceIDs: [String]?
    public var filters: [TagFilter]
    /// Resource ID and key of the last row of the page before.
    public var after: (resourceID: String, key: String)?
    public var limit: Int

    public init(
        tagType: String, resourceIDs: [String]?, filters: [TagFilter], after: (resourceID: String, key: String)?,
        limit: Int
    ) {
        self.tagType = tagType
        self.resourceIDs = resourceIDs
        self.filters = filters
        self.after = after
        self.limit = limit
    }
}

public struct ResourceTag: Sendable, Equatable {
    public var resourceID: String
    public var tag: Tag

    public init(resourceID: String, tag: Tag) {
        self.resourceID = resourceID
        self.tag = tag
    }
}
