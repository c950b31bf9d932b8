/// A device of a host that an operator gave to Weir as an ENI. Its ID is the ENI's.
public struct DeviceAdoption: Resource, Equatable {
    public static let table = "deviceAdoption"
    public static let tagType: String? = nil

    public var id: Identifier<DeviceAdoption>
    public var accountID: String
    public var region: String
    public var hostID: Identifier<Host>
    /// Empty is the agent's own.
    public var namespace: String
    public var device: String
    public var side: DeviceSide
    /// Unix milliseconds.
    public var createdAt: Int64

    public init(
        id: Identifier<DeviceAdoption>, accountID: String, region: String, hostID: Identifier<Host>,
        namespace: String = "", device: String, side: DeviceSide, createdAt: Int64
    ) {
        self.id = id
        self.accountID = accountID
        self.region = region
        self.hostID = hostID
        self.namespace = namespace
        self.device = device
        self.side = side
        self.createdAt = createdAt
    }
}
