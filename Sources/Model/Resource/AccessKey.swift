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

    public init(
        id: Identifier<AccessKey>, accountID: String, region: String, sealedSecret: String, role: AccessRole,
        hostID: String = "", expiresAt: Int64 = 0, createdAt: Int64
    ) {
        self.id = id
        self.accountID = accountID
        self.region = region
        self.sealedSecret = sealedSecret
        self.role = role
        self.hostID = hostID
        self.expiresAt = expiresAt
        self.createdAt = createdAt
    }
}
