/// An elastic network interface (ENI).
public struct NetworkInterface: Resource, Equatable {
    public static let table = "networkInterface"
    public static let tagType: String? = "eni"

    public var id: Identifier<NetworkInterface>
    public var accountID: String
    public var region: String
    public var name: String
    public var description: String
    public var projectName: String
    public var vpcID: Identifier<Vpc>
    public var subnetID: Identifier<Subnet>
    public var zoneID: String
    public var mac: MACAddress
    public var primaryAddress: IPv4Address
    public var secondaryAddresses: [IPv4Address]
    public var ipv6Addresses: [String]
    public var securityGroupIDs: [String]
    /// `primary` or `secondary`.
    public var kindName: String
    /// Empty while not attached.
    public var instanceID: String
    /// Which of its instance's devices it is: 0 is eth0.
    public var deviceIndex: Int
    public var deleteOnTermination: Bool
    public var portSecurityEnabled: Bool
    public var serviceManaged: Bool
    /// Seconds.
    public var tcpEstablishedTimeout: Int
    /// Seconds.
    public var tcpClosedAndTimeWaitTimeout: Int
    /// Seconds.
    public var udpTimeout: Int
    public var status: Status
    /// Unix milliseconds.
    public var createdAt: Int64
    /// Unix milliseconds.
    public var updatedAt: Int64
    /// The generation of intent that `status` waits for while it is transitional.
    public var generation: Int64
    /// Hosts that must acknowledge `generation` before a transitional status settles.
    public var waitsFor: [String]
    /// Why the status is `Failed`, in words; empty otherwise.
    public var failure: String

    public init(
        id: Identifier<NetworkInterface>, accountID: String, region: String, name: String, description: String = "",
        projectName: String = "default", vpcID: Identifier<Vpc>, subnetID: Identifier<Subnet>, zoneID: String,
        mac: MACAddress, primaryAddress: IPv4Address, secondaryAddresses: [IPv4Address] = [],
        ipv6Addresses: [String] = [], securityGroupIDs: [String] = [], kindName: String = "secondary",
        instanceID: String = "", deviceIndex: Int = 0, deleteOnTermination: Bool = false,
        portSecurityEnabled: Bool = true, serviceManaged: Bool = false, tcpEstablishedTimeout: Int = 600,
        tcpClosedAndTimeWaitTimeout: Int = 10, udpTimeout: Int = 30, status: Status, createdAt: Int64,
        updatedAt: Int64, generation: Int64 = 0, waitsFor: [String] = [], failure: String = ""
    ) {
        self.id = id
        self.accountID = accountID
        self.region = region
        self.name = name
        self.description = description
        self.projectName = projectName
        self.vpcID = vpcID
        self.subnetID = subnetID
        self.zoneID = zoneID
        self.mac = mac
        self.primaryAddress = primaryAddress
        self.secondaryAddresses = secondaryAddresses
        self.ipv6Addresses = ipv6Addresses
        self.securityGroupIDs = securityGroupIDs
        self.kindName = kindName
        self.instanceID = instanceID
        self.deviceIndex = deviceIndex
        self.deleteOnTermination = deleteOnTermination
        self.portSecurityEnabled = portSecurityEnabled
        self.serviceManaged = serviceManaged
        self.tcpEstablishedTimeout = tcpEstablishedTimeout
        self.tcpClosedAndTimeWaitTimeout = tcpClosedAndTimeWaitTimeout
        self.udpTimeout = udpTimeout
        self.status = status
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.generation = generation
        self.waitsFor = waitsFor
        self.failure = failure
    }
}
