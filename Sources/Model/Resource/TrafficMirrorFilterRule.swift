/// One rule of a filter; its priority is unique within filter and direction.
public struct TrafficMirrorFilterRule: Resource, Equatable {
    public static let table = "trafficMirrorFilterRule"
    public static let tagType: String? = nil

    public var id: Identifier<TrafficMirrorFilterRule>
    public var accountID: String
    public var region: String
    public var filterID: Identifier<TrafficMirrorFilter>
    public var direction: TrafficDirection
    /// 1...1000, 1 is highest.
    public var priority: Int
    public var policy: MirrorPolicy
    public var transport: MirrorRule.Transport
    public var sourceCIDR: IPv4CIDR
    public var destinationCIDR: IPv4CIDR
    /// `start/end`, or `-1/-1`.
    public var sourcePorts: String
    /// `start/end`, or `-1/-1`.
    public var destinationPorts: String
    public var description: String
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
        id: Identifier<TrafficMirrorFilterRule>, accountID: String, region: String,
        filterID: Identifier<TrafficMirrorFilter>, direction: TrafficDirection, priority: Int, policy: MirrorPolicy,
        transport: MirrorRule.Transport, sourceCIDR: IPv4CIDR, destinationCIDR: IPv4CIDR, sourcePorts: String,
        destinationPorts: String, description: String = "", status: Status, createdAt: Int64, updatedAt: Int64,
        generation: Int64 = 0, waitsFor: [String] = [], failure: String = ""
    ) {
        self.id = id
        self.accountID = accountID
        self.region = region
        self.filterID = filterID
        self.direction = direction
        self.priority = priority
        self.policy = policy
        self.transport = transport
        self.sourceCIDR = sourceCIDR
        self.destinationCIDR = destinationCIDR
        self.sourcePorts = sourcePorts
        self.destinationPorts = destinationPorts
        self.description = description
        self.status = status
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.generation = generation
        self.waitsFor = waitsFor
        self.failure = failure
    }
}
