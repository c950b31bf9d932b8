/// A label on a resource. Values are case sensitive; one value a key and resource.
public struct Tag: Codable, Hashable, Sendable {
    public var key: String
    public var value: String

    public init(key: String, value: String) {
        self.key = key
        self.value = value
    }
}

/// Resources that carry `key`, with one of `values` (none: any value).
public struct TagFilter: Hashable, Sendable {
    public var key: String
    public var values: [String]

    public init(key: String, values: [String]) {
        self.key = key
        self.values = values
    }
}
