/// A virtual private cloud: an address block of its own.
public struct Vpc: Resource, Equatable {
    public static let table = "vpc"
    public static let tagType: String? = "vpc"

    public var id: Identifier<Vpc>
    public var accountID: String
    public var region: String
    public var name: String
    public var description: String
    public var projectName: String
    public var cidrBlock: IPv4CIDR
    /// Empty without IPv6.
    public var ipv6CIDRBlock: String
    public var dnsServers: [String]
    public var isDefault: Bool
    public var routeTableID: String
    public var status: Status
    /// Unix milliseconds.
    public var createdAt: Int64
    /// Unix milliseconds.
    public var updatedAt: Int64

    public init(
        id: Identifier<Vpc>, accountID: String, region: String, name: String, description: String = "",
        projectName: String = "default", cidrBlock: IPv4CIDR, ipv6CIDRBlock: String = "", dnsServers: [String] = [],
        isDefault: Bool = false, routeTableID: String, status: Status, createdAt: Int64, updatedAt: Int64
    ) {
        self.id = id
        self.accountID = accountID
        self.region = region
        self.name = name
        self.description = description
        self.projectName = projectName
        self.cidrBlock = cidrBlock
        self.ipv6CIDRBlock = ipv6CIDRBlock
        self.dnsServers = dnsServers
        self.isDefault = isDefault
        self.routeTableID = routeTableID
        self.status = status
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
