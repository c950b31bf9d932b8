/// An access key; its ID is the key's. The secret is stored sealed.
public struct AccessKey: Resource, Equatable {
    public static let table = "accessKey"
    public static let tagType: String? = nil

    public var id: Identifier<AccessKey>
    public var accountID: String
    public var region: String
    /// Base64 of the sealed secret.
    public var sealedSecret: String
    public var role: AccessRole
    /// The host an agent key is bound to.
    public var hostID: String
    /// Unix milliseconds; 0 is never.
    public var expiresAt: Int64
    /// Unix milliseconds.
    public var createdAt: Int64
    /// What its owner calls it; may be empty.
    public var name: String
    /// A key that is not is refused like one that does not exist.
    public var isEnabled: Bool
    /// Names of the policies of a user key.
    public var policies: [String]
    /// The lasting key a temporary one was made with; empty otherwise.
    public var parentID: String
    /// Lower-case hex SHA-256 of a temporary key's session token; empty otherwise.
    public var tokenHash: String
    /// Policy document that narrows a temporary key further; empty when nothing does.
    public var sessionPolicy: String

    public init(
        id: Identifier<AccessKey>, accountID: String, region: String, sealedSecret: String, role: AccessRole,
        hostID: String = "", expiresAt: Int64 = 0, createdAt: Int64, name: String = "", isEnabled: Bool = true,
        policies: [String] = [], parentID: String = "", tokenHash: String = "", sessionPolicy: String = ""
    ) {
        self.id = id
        self.accountID = accountID
        self.region = region
        self.sealedSecret = sealedSecret
        self.role = role
        self.hostID = hostID
        self.expiresAt = expiresAt
        self.createdAt = createdAt
        self.name = name
        self.isEnabled = isEnabled
        self.policies = policies
        self.parentID = parentID
        self.tokenHash = tokenHash
        self.sessionPolicy = sessionPolicy
    }
}
