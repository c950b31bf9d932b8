/// A project of an account; resources name theirs.
public struct Project: Resource, Equatable {
    public static let table = "project"
    public static let tagType: String? = nil

    public var id: Identifier<Project>
    public var accountID: String
    public var region: String
    public var name: String
    /// Unix milliseconds.
    public var createdAt: Int64

    public init(
        id: Identifier<Project>, accountID: String, region: String, name: String, createdAt: Int64
    ) {
        self.id = id
        self.accountID = accountID
        self.region = region
        self.name = name
        self.createdAt = createdAt
    }
}
