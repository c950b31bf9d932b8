/// Where copies go: an ENI or a CLB.
public struct TrafficMirrorTarget: Resource, Equatable {
    public static let table = "trafficMirrorTarget"
    public static let tagType: String? = "trafficmirrortarget"

    public var id: Identifier<TrafficMirrorTarget>
    public var accountID: String
    public var region: String
    public var name: String
    public var description: String
    public var projectName: String
    public var instanceType: TargetInstanceType
    /// ENI or CLB ID.
    public var instanceID: String
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
        id: Identifier<TrafficMirrorTarget>, accountID: String, region: String, name: String,
        description: String = "", projectName: String = "default", instanceType: TargetInstanceType,
        instanceID: String, status: Status, createdAt: Int64, updatedAt: Int64, generation: Int64 = 0,
        waitsFor: [String] = [], failure: String = ""
    ) {
        self.id = id
        self.accountID = accountID
        self.region = region
        self.name = name
        self.description = description
        self.projectName = projectName
        self.instanceType = instanceType
        self.instanceID = instanceID
        self.status = status
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.generation = generation
        self.waitsFor = waitsFor
        self.failure = failure
    }
}
