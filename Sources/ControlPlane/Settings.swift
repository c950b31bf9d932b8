public import Model

/// What the server was told, as far as actions and reconcilers look at it.
public struct Settings: Sendable, Equatable {
    public enum DataPlane: String, Sendable, Equatable {
        /// The API alone: nothing to wait for.
        case none
        /// Hosts with agents make intent true.
        case agents
    }

    public var region = "cn-beijing"
    public var accountID = "2100000001"
    public var dataPlane = DataPlane.none
    /// Answers unsigned calls; loopback only.
    public var allowsUnsigned = false
    public var lab = false
    /// 1...6 of `[a-z0-9]`: prefix of the lab's namespaces.
    public var labName = "weir"
    /// MTU of every lab link.
    public var labMTU = 1500
    /// IPv6 block of /8 to /56 from which VPCs that name none get their /56.
    public var ipv6Pool = IPCIDR.vpcPool
    /// Which packets sessions may copy.
    public var mirrorScope = MirrorScope.cloud
    /// Overrides every flow log's window; 0 keeps AggregationInterval.
    public var flowWindowSeconds = 0
    /// Flow records keep the VPC, subnet and instance of their ENI.
    public var keepsFlowPlaces = false
    /// Agents also say when the first and last packet of a flow came, and which firewall refused.
    public var keepsFlowDetails = false
    /// An instance ID never seen before is registered when an ENI is attached to it.
    public var registersUnknownInstances = true
    /// Beginnings of instance types that do not support mirroring.
    public var instanceTypesWithoutMirroring = ["ecs.g4i."]
    /// Seconds after which a host that was not heard is not waited for, 3...3600.
    public var hostLostSeconds = 30
    /// What IDs, MACs and VNIs come from; `nil`: they are random.
    public var seed: UInt64?
    /// Milliseconds a status stays transitional at least.
    public var asyncDelayMilliseconds: Int64 = 0
    /// A fault point for tests: milliseconds a call with a ClientToken is held before it runs.
    public var holdTokenCallsMilliseconds: Int64 = 0
    public var quotas = Quotas()
    /// How often one account may make one action; `nil` is as often as it likes.
    public var rateLimits: RateLimits?

    public init() {}

    /// Whether a host last heard at `heardAt` is waited for at `now`; both Unix milliseconds.
    public func isReachable(heardAt: Int64, now: Int64) -> Bool { now - heardAt <= Int64(hostLostSeconds) * 1000 }

    /// The region's zones.
    public func zones(of region: String) -> [String] { ["\(region)-a", "\(region)-b", "\(region)-c"] }
}
