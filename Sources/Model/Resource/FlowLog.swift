/// Records of the traffic of a VPC, a subnet or an ENI.
public struct FlowLog: Resource, Equatable {
    public static let table = "flowLog"
    public static let tagType: String? = "flowlog"

    public var id: Identifier<FlowLog>
    public var accountID: String
    public var region: String
    public var name: String
    public var description: String
    public var projectName: String
    public var resourceType: FlowLogResourceType
    public var resourceID: String
    public var vpcID: String
    public var trafficType: TrafficType
    public var logProjectID: Identifier<LogProject>
    public var logTopicID: Identifier<LogTopic>
    /// Minutes: 1, 5 or 10.
    public var aggregationInterval: Int
    public var enableIndex: Bool
    /// Version of the record format.
    public var formatVersion: Int
    public var trafficPath: [String]
    /// Intent: counting or stopped.
    public var enabled: Bool
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
        id: Identifier<FlowLog>, accountID: String, region: String, name: String, description: String = "",
        projectName: String = "default", resourceType: FlowLogResourceType, resourceID: String, vpcID: String,
        trafficType: TrafficType, logProjectID: Identifier<LogProject>, logTopicID: Identifier<LogTopic>,
        aggregationInterval: Int, enableIndex: Bool = false, formatVersion: Int = 1, trafficPath: [String] = [],
        enabled: Bool = true, businessStatus: BusinessStatus = .normal, lockReason: String = "", status: Status,
        createdAt: Int64, updatedAt: Int64, generation: Int64 = 0, waitsFor: [String] = [], failure: String = ""
    ) {
        self.id = id
        self.accountID = accountID
        self.region = region
        self.name = name
        self.description = description
        self.projectName = projectName
        self.resourceType = resourceType
        self.resourceID = resourceID
        self.vpcID = vpcID
        self.trafficType = trafficType
        self.logProjectID = logProjectID
        self.logTopicID = logTopicID
        self.aggregationInterval = aggregationInterval
        self.enableIndex = enableIndex
        self.formatVersion = formatVersion
        self.trafficPath = trafficPath
        self.enabled = enabled
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
