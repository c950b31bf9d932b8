/// Copies what a filter accepts of one source ENI to one target.
public struct TrafficMirrorSession: Resource, Equatable {
    public static let table = "trafficMirrorSession"
    public static let tagType: String? = "trafficmirrorsession"

    public var id: Identifier<TrafficMirrorSession>
    public var accountID: String
    public var region: String
    public var name: String
    public var description: String
    public var projectName: String
    public var networkInterfaceID: Identifier<NetworkInterface>
    public var targetID: Identifier<TrafficMirrorTarget>
    public var filterID: Identifier<TrafficMirrorFilter>
    /// 1...32766, unique in account and region.
    public var priority: Int
    /// VXLAN network identifier, 0...16777215.
    public var virtualNetworkID: Int
    /// Bytes of the inner IP packet, 64...9600.
    public var packetLength: Int
    public var businessStatus: BusinessStatus
    /// Empty, `financial` or `unlock`.
    public var lockReason: String
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
        id: Identifier<TrafficMirrorSession>, accountID: String, region: String, name: String,
        description: String = "", projectName: String = "default", networkInterfaceID: Identifier<NetworkInterface>,
        targetID: Identifier<TrafficMirrorTarget>, filterID: Identifier<TrafficMirrorFilter>, priority: Int,
        virtualNetworkID: Int, packetLength: Int, businessStatus: BusinessStatus = .normal, lockReason: String = "",
        status: Status, createdAt: Int64, updatedAt: Int64, generation: Int64 = 0, waitsFor: [String] = [],
        failure: String = ""
    ) {
        self.id = id
        self.accountID = accountID
        self.region = region
        self.name = name
        self.description = description
        self.projectName = projectName
        self.networkInterfaceID = networkInterfaceID
        self.targetID = targetID
        self.filterID = filterID
        self.priority = priority
        self.virtualNetworkID = virtualNetworkID
        self.packetLength = packetLength
        self.businessStatus = businessStatus
        self.lockReason = lockReason
        self.status = status
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.generation = generation
        self.waitsFor = waitsFor
        self.failure = failure
    }
}
