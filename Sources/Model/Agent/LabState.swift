/// The routed lab of one host: a router namespace per VPC, a namespace per instance, a veth per attached ENI.
public struct LabState: Codable, Sendable, Equatable {
    /// Prefix of every namespace of this lab, 1...6 of `[a-z0-9]`, so that several labs share a machine.
    public var name: String
    /// MTU of every lab link, 1280...9216.
    public var mtu: Int
    public var vpcs: [Router]
    public var instances: [Instance]

    public init(name: String, mtu: Int, vpcs: [Router], instances: [Instance]) {
        self.name = name
        self.mtu = mtu
        self.vpcs = vpcs
        self.instances = instances
    }

    /// A VPC: one namespace that routes between its ports. The gateways are addresses of its `lo`.
    public struct Router: Codable, Sendable, Equatable {
        public var vpcID: String
        public var namespace: String
        public var gateways: [IPv4Address]
        /// Gateways of the subnets' IPv6 blocks: the addresses after the networks' own.
        public var ipv6Gateways: [IPAddress] = []

        public init(vpcID: String, namespace: String, gateways: [IPv4Address]) {
            self.vpcID = vpcID
            self.namespace = namespace
            self.gateways = gateways
        }
    }

    /// An instance: one namespace; each attached ENI is a veth into its VPC's namespace.
    public struct Instance: Codable, Sendable, Equatable {
        public var instanceID: String
        public var namespace: String
        public var ports: [Port]

        public init(instanceID: String, namespace: String, ports: [Port]) {
            self.instanceID = instanceID
            self.namespace = namespace
            self.ports = ports
        }
    }

    public struct Port: Codable, Sendable, Equatable {
        public var networkInterfaceID: String
        /// Name of the instance's end, e.g. `eth0`; at most 15 bytes.
        public var device: String
        /// Namespace of the VPC and name of the end there; at most 15 bytes.
        public var routerNamespace: String
        public var portDevice: String
        public var mac: MACAddress
        public var addresses: [IPv4Address]
        /// Subnet of the primary address, on-link at the instance's end.
        public var subnet: IPv4CIDR
        public var gateway: IPv4Address
        /// IPv6 addresses of the ENI, with the block of their subnet and its gateway; empty and `nil` without IPv6.
        public var ipv6Addresses: [IPAddress] = []
        public var ipv6Subnet: IPCIDR?
        public var ipv6Gateway: IPAddress?

        public init(
            networkInterfaceID: String, device: String, routerNamespace: String, portDevice: String, mac: MACAddress,
            addresses: [IPv4Address], subnet: IPv4CIDR, gateway: IPv4Address
        ) {
            self.networkInterfaceID = networkInterfaceID
            self.device = device
            self.routerNamespace = routerNamespace
            self.portDevice = portDevice
            self.mac = mac
            self.addresses = addresses
            self.subnet = subnet
            self.gateway = gateway
        }
    }
}

extension LabState.Router {
    /// Also reads what older servers wrote.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            vpcID: try values.decode(String.self, forKey: .vpcID),
            namespace: try values.decode(String.self, forKey: .namespace),
            gateways: try values.decode([IPv4Address].self, forKey: .gateways))
        ipv6Gateways = try values.decode(.ipv6Gateways, or: [])
    }
}

extension LabState.Port {
    /// Also reads what older servers wrote.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            networkInterfaceID: try values.decode(String.self, forKey: .networkInterfaceID),
            device: try values.decode(String.self, forKey: .device),
            routerNamespace: try values.decode(String.self, forKey: .routerNamespace),
            portDevice: try values.decode(String.self, forKey: .portDevice),
            mac: try values.decode(MACAddress.self, forKey: .mac),
            addresses: try values.decode([IPv4Address].self, forKey: .addresses),
            subnet: try values.decode(IPv4CIDR.self, forKey: .subnet),
            gateway: try values.decode(IPv4Address.self, forKey: .gateway))
        ipv6Addresses = try values.decode(.ipv6Addresses, or: [])
        ipv6Subnet = try values.decodeIfPresent(IPCIDR.self, forKey: .ipv6Subnet)
        ipv6Gateway = try values.decodeIfPresent(IPAddress.self, forKey: .ipv6Gateway)
    }
}
