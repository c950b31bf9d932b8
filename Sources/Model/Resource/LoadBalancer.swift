/// A CLB, as far as mirroring needs one.
public struct LoadBalancer: Resource, Equatable {
    public static let table = "loadBalancer"
    public static let tagType: String? = "CLB"

    public var id: Identifier<LoadBalancer>
    public var accountID: String
    public var region: String
    public var name: String
    public var description: String
    public var projectName: String
    public var vpcID: Identifier<Vpc>
    public var subnetID: Identifier<Subnet>
    /// `public` or `private`.
    public var kindName: String
    /// Its private address in the subnet.
    public var address: IPv4Address
    public var spec: String
    public var billingType: Int
    public var masterZoneID: String
    public var slaveZoneID: String
    public var networkInterfaceID: String
    /// Whether what arrives is let past the security groups of the servers.
    public var bypassSecurityGroupEnabled: Bool
    /// `NonProtection` or `ConsoleProtection`.
    public var modificationProtectionStatus: String
    public var modificationProtectionReason: String
    /// Ports of other services that may listen beside the CLB's own listeners, as they were asked for.
    public var allowedPorts: [String]
    public var businessStatus: BusinessStatus
    /// Empty, `financial` or `unlock`.
    public var lockReason: String
    public var status: Status
    /// Unix milliseconds.
    public var createdAt: Int64
    /// Unix milliseconds.
    public var updatedAt: Int64

    public init(
        id: Identifier<LoadBalancer>, accountID: String, region: String, name: String, description: String = "",
        projectName: String = "default", vpcID: Identifier<Vpc>, subnetID: Identifier<Subnet>, kindName: String,
        address: IPv4Address, spec: String = "small_1", billingType: Int = 2, masterZoneID: String = "",
        slaveZoneID: String = "", networkInterfaceID: String = "", bypassSecurityGroupEnabled: Bool = false,
        modificationProtectionStatus: String = "NonProtection", modificationProtectionReason: String = "",
        allowedPorts: [String] = [], businessStatus: BusinessStatus = .normal, lockReason: String = "",
        status: Status, createdAt: Int64, updatedAt: Int64
    ) {
        self.id = id
        self.accountID = accountID
        self.region = region
        self.name = name
        self.description = description
        self.projectName = projectName
        self.vpcID = vpcID
        self.subnetID = subnetID
        self.kindName = kindName
        self.address = address
        self.spec = spec
        self.billingType = billingType
        self.masterZoneID = masterZoneID
        self.slaveZoneID = slaveZoneID
        self.networkInterfaceID = networkInterfaceID
        self.bypassSecurityGroupEnabled = bypassSecurityGroupEnabled
        self.modificationProtectionStatus = modificationProtectionStatus
        self.modificationProtectionReason = modificationProtectionReason
        self.allowedPorts = allowedPorts
        self.businessStatus = businessStatus
        self.lockReason = lockReason
        self.status = status
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
