/// Security groups and network ACLs, as a host enforces them on its ENIs.
///
/// A packet from ENI a to ENI b passes: a's subnet ACL egress (stateless), a's groups egress (stateful), b's subnet
/// ACL ingress, b's groups ingress. ACLs do not see packets between two ENIs of one subnet. An ENI without a group,
/// and a subnet without an ACL, let everything pass.
public struct FirewallState: Codable, Sendable, Equatable {
    public var groups: [Group]
    public var acls: [NetworkACL]
    public var interfaces: [Interface]

    public init(groups: [Group] = [], acls: [NetworkACL] = [], interfaces: [Interface] = []) {
        self.groups = groups
        self.acls = acls
        self.interfaces = interfaces
    }

    /// What an entry compares with the packet's protocol.
    public enum Transport: String, Codable, Sendable { case tcp, udp, icmp, icmpv6, gre, all }

    /// A security group. What no rule accepts is refused, in both directions.
    public struct Group: Codable, Sendable, Equatable {
        public var groupID: String
        /// Addresses of every ENI that carries the group, on any host; what a rule's `peerGroupID` means.
        public var members: [IPAddress]
        public var ingress: [GroupRule]
        public var egress: [GroupRule]

        public init(groupID: String, members: [IPAddress], ingress: [GroupRule], egress: [GroupRule]) {
            self.groupID = groupID
            self.members = members
            self.ingress = ingress
            self.egress = egress
        }
    }

    /// One permission. The rules of all groups of an ENI form one list in ascending priority; at equal priority
    /// those that refuse go first.
    public struct GroupRule: Codable, Sendable, Equatable {
        public var ruleID: String
        /// 1...100.
        public var priority: Int
        public var accept: Bool
        public var transport: Transport
        /// Destination ports; `.any` for transports without.
        public var ports: PortRange
        /// The other end: any of these blocks, or a member of the group. Both empty matches nothing.
        public var peers: [IPCIDR]
        public var peerGroupID: String?

        public init(
            ruleID: String, priority: Int, accept: Bool, transport: Transport, ports: PortRange, peers: [IPCIDR],
            peerGroupID: String?
        ) {
            self.ruleID = ruleID
            self.priority = priority
            self.accept = accept
            self.transport = transport
            self.ports = ports
            self.peers = peers
            self.peerGroupID = peerGroupID
        }
    }

    /// A network ACL: the first entry that matches decides, replies included; what none matches is refused.
    public struct NetworkACL: Codable, Sendable, Equatable {
        public var aclID: String
        public var ingress: [ACLEntry]
        public var egress: [ACLEntry]

        public init(aclID: String, ingress: [ACLEntry], egress: [ACLEntry]) {
            self.aclID = aclID
            self.ingress = ingress
            self.egress = egress
        }
    }

    public struct ACLEntry: Codable, Sendable, Equatable {
        public var entryID: String
        public var accept: Bool
        public var transport: Transport
        /// Destination ports.
        public var ports: PortRange
        /// Source of what enters the subnet, destination of what leaves it.
        public var peer: IPCIDR

        public init(entryID: String, accept: Bool, transport: Transport, ports: PortRange, peer: IPCIDR) {
            self.entryID = entryID
            self.accept = accept
            self.transport = transport
            self.ports = ports
            self.peer = peer
        }
    }

    /// One ENI of this host.
    public struct Interface: Codable, Sendable, Equatable {
        public var networkInterfaceID: String
        public var subnetID: String
        /// Blocks of its subnet, IPv4 and IPv6: what comes from there or goes there does not cross its ACL, also when
        /// the other end is on another host.
        public var subnetBlocks: [IPCIDR] = []
        public var addresses: [IPAddress]
        public var groupIDs: [String]
        /// ACL of its subnet.
        public var aclID: String?

        public init(
            networkInterfaceID: String, subnetID: String, addresses: [IPAddress], groupIDs: [String], aclID: String?
        ) {
            self.networkInterfaceID = networkInterfaceID
            self.subnetID = subnetID
            self.addresses = addresses
            self.groupIDs = groupIDs
            self.aclID = aclID
        }
    }
}
