/// A named policy document of an account: what the user keys that carry it may do.
public struct AccessPolicy: Resource, Equatable {
    public static let table = "accessPolicy"
    public static let tagType: String? = nil

    /// `<account>/<name>`.
    public var id: Identifier<AccessPolicy>
    public var accountID: String
    /// Empty: a policy has no region.
    public var region: String
    public var name: String
    /// JSON, as it was given.
    public var document: String
    /// Unix milliseconds.
    public var createdAt: Int64
    /// Unix milliseconds.
    public var updatedAt: Int64

    public init(accountID: String, name: String, document: String, createdAt: Int64, updatedAt: Int64) {
        id = Identifier(Self.id(accountID, name))
        self.accountID = accountID
        region = ""
        self.name = name
        self.document = document
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    public static func id(_ accountID: String, _ name: String) -> String { "\(accountID)/\(name)" }
}
