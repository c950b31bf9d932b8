/// A log topic inside a project, found or made by name.
public struct LogTopic: Resource, Equatable {
    public static let table = "logTopic"
    public static let tagType: String? = nil

    public var id: Identifier<LogTopic>
    public var accountID: String
    public var region: String
    public var projectID: Identifier<LogProject>
    public var name: String
    public var indexed: Bool
    /// Unix milliseconds.
    public var createdAt: Int64

    public init(
        id: Identifier<LogTopic>, accountID: String, region: String, projectID: Identifier<LogProject>, name: String,
        indexed: Bool = false, createdAt: Int64
    ) {
        self.id = id
        self.accountID = accountID
        self.region = region
        self.projectID = projectID
        self.name = name
        self.indexed = indexed
        self.createdAt = createdAt
    }
}
