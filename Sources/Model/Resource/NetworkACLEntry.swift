/// One entry of a network ACL in one direction; its position in that list is its priority.
public struct NetworkACLEntry: Resource, Equatable {
    public static let table = "networkACLEntry"
    public static let tagType: String? = nil

    public var id: Identifier<NetworkACLEntry>
    public var accountID: String
    public var region: String
    public var aclID: Identifier<NetworkACL>
    /// Seen from the subnet.
    public var direction: TrafficDirection
    /// 1 is compared first.
    public var position: Int
    public var name: String
    public var description: String
    /// accept or drop.
    public var policy: String
    /// tcp, udp, icmp, icmpv6, gre or all.
    public var transport: String
    /// Destination ports: `start/end` inside 1...65535, or `-1/-1` for any.
    public var ports: String
    /// Source of ingress, destination of egress: an IPv4 or IPv6 block.
    public var cidr: String

    public init(
        id: Identifier<NetworkACLEntry>, accountID: String, region: String, aclID: Identifier<NetworkACL>,
        direction: TrafficDirection, position: Int, name: String = "", description: String = "",
        policy: String = "accept", transport: String = "all", ports: String = "-1/-1", cidr: String
    ) {
        self.id = id
        self.accountID = accountID
        self.region = region
        self.aclID = aclID
        self.direction = direction
        self.position = position
        self.name = name
        self.description = description
        self.policy = policy
        self.transport = transport
        self.ports = ports
        self.cidr = cidr
    }
}
