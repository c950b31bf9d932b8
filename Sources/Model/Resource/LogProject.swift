/// A log project, found or made by name.
public struct LogProject: Resource, Equatable {
    public static let table = "logProject"
    public static let tagType: String? = nil

    public var id: Identifier<LogProject>
    public var accountID: String
    public var region: String
    public var name: String
    /// Unix milliseconds.
    public var createdAt: Int64

    public init(
        id: Identifier<LogProject>, accountID: String, region: String, name: String, createdAt: Int64
    ) {
        self.id = id
        self.accountID = accountID
        self.region = region
        self.name = name
        self.createdAt = createdAt
    }
}
