/// A project of an account, the same in all regions; resources name theirs. Every account has `default`, without a row.
public struct Project: Resource, Equatable {
    public static let table = "project"
    public static let tagType: String? = nil
    /// The region of rows that hold for all regions.
    public static let everywhere = ""

    public var id: Identifier<Project>
    public var accountID: String
    public var region: String
    public var name: String
    public var displayName: String
    public var description: String
    /// Empty at the top.
    public var parentName: String
    /// Unix milliseconds.
    public var createdAt: Int64
    /// Unix milliseconds.
    public var updatedAt: Int64

    public init(
        id: Identifier<Project>, accountID: String, name: String, displayName: String = "", description: String = "",
        parentName: String = "", createdAt: Int64, updatedAt: Int64
    ) {
        self.id = id
        self.accountID = accountID
        region = Self.everywhere
        self.name = name
        self.displayName = displayName
        self.description = description
        self.parentName = parentName
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
