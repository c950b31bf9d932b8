/// A part of a VPC's block in one zone.
public struct Subnet: Resource, Equatable {
    public static let table = "subnet"
    public static let tagType: String? = "subnet"

    public var id: Identifier<Subnet>
    public var accountID: String
    public var region: String
    public var name: String
    public var description: String
    public var projectName: String
    public var vpcID: Identifier<Vpc>
    public var zoneID: String
    public var cidrBlock: IPv4CIDR
    /// Empty without IPv6.
    public var ipv6CIDRBlock: String
    public var isDefault: Bool
    public var status: Status
    /// Unix milliseconds.
    public var createdAt: Int64
    /// Unix milliseconds.
    public var updatedAt: Int64

    public init(
        id: Identifier<Subnet>, accountID: String, region: String, name: String, description: String = "",
        projectName: String = "default", vpcID: Identifier<Vpc>, zoneID: String, cidrBlock: IPv4CIDR,
        ipv6CIDRBlock: String = "", isDefault: Bool = false, status: Status, createdAt: Int64, updatedAt: Int64
    ) {
        self.id = id
        self.accountID = accountID
        self.region = region
        self.name = name
        self.description = description
        self.projectName = projectName
        self.vpcID = vpcID
        self.zoneID = zoneID
        self.cidrBlock = cidrBlock
        self.ipv6CIDRBlock = ipv6CIDRBlock
        self.isDefault = isDefault
        self.status = status
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
