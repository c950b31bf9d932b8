/// An account beside the root account: its resources exist for nobody else.
public struct Account: Resource, Equatable {
    public static let table = "account"
    public static let tagType: String? = nil

    /// Digits; the same as `accountID`.
    public var id: Identifier<Account>
    public var accountID: String
    /// Empty: an account has no region.
    public var region: String
    public var name: String
    /// Unix milliseconds.
    public var createdAt: Int64

    public init(id: String, name: String, createdAt: Int64) {
        self.id = Identifier(id)
        accountID = id
        region = ""
        self.name = name
        self.createdAt = createdAt
    }
}
