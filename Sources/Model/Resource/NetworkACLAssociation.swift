/// Binds a subnet to its one network ACL. Its ID is the subnet's.
public struct NetworkACLAssociation: Resource, Equatable {
    public static let table = "networkACLAssociation"
    public static let tagType: String? = nil

    public var id: Identifier<NetworkACLAssociation>
    public var accountID: String
    public var region: String
    public var aclID: Identifier<NetworkACL>
    /// Unix milliseconds.
    public var createdAt: Int64

    public init(
        id: Identifier<NetworkACLAssociation>, accountID: String, region: String, aclID: Identifier<NetworkACL>,
        createdAt: Int64
    ) {
        self.id = id
        self.accountID = accountID
        self.region = region
        self.aclID = aclID
        self.createdAt = createdAt
    }
}
