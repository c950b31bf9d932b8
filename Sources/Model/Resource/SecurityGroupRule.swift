/// One permission of a security group; its whole tuple identifies it.
public struct SecurityGroupRule: Resource, Equatable {
    public static let table = "securityGroupRule"
    public static let tagType: String? = nil

    public var id: Identifier<SecurityGroupRule>
    public var accountID: String
    public var region: String
    public var groupID: Identifier<SecurityGroup>
    public var direction: TrafficDirection
    /// tcp, udp, icmp, icmpv6 or all.
    public var transport: String
    /// accept or drop.
    public var policy: String
    /// 1...100, smaller first.
    public var priority: Int
    /// 1...65535, or -1.
    public var portStart: Int
    /// 1...65535, or -1.
    public var portEnd: Int
    public var cidr: String
    public var sourceGroupID: String
    public var prefixListID: String
    public var description: String
    /// Unix milliseconds.
    public var createdAt: Int64
    /// Unix milliseconds.
    public var updatedAt: Int64

    public init(
        id: Identifier<SecurityGroupRule>, accountID: String, region: String, groupID: Identifier<SecurityGroup>,
        direction: TrafficDirection, transport: String, policy: String = "accept", priority: Int = 1, portStart: Int,
        portEnd: Int, cidr: String = "", sourceGroupID: String = "", prefixListID: String = "",
        description: String = "", createdAt: Int64, updatedAt: Int64
    ) {
        self.id = id
        self.accountID = accountID
        self.region = region
        self.groupID = groupID
        self.direction = direction
        self.transport = transport
        self.policy = policy
        self.priority = priority
        self.portStart = portStart
        self.portEnd = portEnd
        self.cidr = cidr
        self.sourceGroupID = sourceGroupID
        self.prefixListID = prefixListID
        self.description = description
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
