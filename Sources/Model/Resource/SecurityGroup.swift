/// A stateful set of rules for the ENIs that carry it.
public struct SecurityGroup: Resource, Equatable {
    public static let table = "securityGroup"
    public static let tagType: String? = "securitygroup"

    public var id: Identifier<SecurityGroup>
    public var accountID: String
    public var region: String
    public var name: String
    public var description: String
    public var projectName: String
    public var vpcID: Identifier<Vpc>
    /// `default` or `normal`.
    public var kindName: String
    public var serviceManaged: Bool
    public var status: Status
    /// Unix milliseconds.
    public var createdAt: Int64
    /// Unix milliseconds.
    public var updatedAt: Int64

    public init(
        id: Identifier<SecurityGroup>, accountID: String, region: String, name: String, description: String = "",
        projectName: String = "default", vpcID: Identifier<Vpc>, kindName: String = "normal",
        serviceManaged: Bool = false, status: Status, createdAt: Int64, updatedAt: Int64
    ) {
        self.id = id
        self.accountID = accountID
        self.region = region
        self.name = name
        self.description = description
        self.projectName = projectName
        self.vpcID = vpcID
        self.kindName = kindName
        self.serviceManaged = serviceManaged
        self.status = status
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
