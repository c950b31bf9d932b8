public import Model

/// Which resources a list call means. All conditions combine with AND.
public struct ListQuery<R: Resource>: Sendable {
    /// A column equal to any of some values, or a column that holds a list with any of them.
    struct Condition: Sendable {
        var column: String?
        var listColumn: String?
        var values: [String]
    }

    public var ids: [String]?
    public var tags: [TagFilter] = []
    /// Newest first unless set.
    var isOldestFirst = false
    public var page: Page = .all
    var conditions: [Condition] = []
    var showsHidden = false

    public enum Page: Sendable, Equatable {
        case all
        /// Up to `limit` after a row's sequence.
        case after(sequence: Int64?, limit: Int)
        /// The `number`th page (from 1) of `size`.
        case number(Int, size: Int)
    }

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
        var copy = self
        copy.conditions.append(Condition(column: column, values: values))
        return copy
    }

    /// Adds: the list in `listColumn` holds one of `values`, or `column` is one of them; `nil` values add nothing.
    public func filter(list listColumn: String, orColumn column: String? = nil, anyOf values: [String]?) -> Self {
        guard let values else { return self }
        var copy = self
        copy.conditions.append(Condition(column: column, listColumn: listColumn, values: values))
        return copy
    }

    public func ids(_ ids: [String]?) -> Self {
        var copy = self
        copy.ids = ids
        return copy
    }

    public func tagged(_ tags: [TagFilter]) -> Self {
        var copy = self
        copy.tags = tags
        return copy
    }

    /// Means rows that access policies hide as well: for sums that must be right, never for what an answer shows.
    public func evenHidden() -> Self {
        var copy = self
        copy.showsHidden = true
        return copy
    }

    public func oldestFirst() -> Self {
        var copy = self
        copy.isOldestFirst = true
        return copy
    }

    public func page(_ page: Page) -> Self {
        var copy = self
        copy.page = page
        return copy
    }
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
