extension Settings {
    /// Most of each kind one account may have in one region.
    public struct Quotas: Sendable, Equatable {
        /// A quota that is none.
        public static let unlimited = 1_000_000_000

        public var trafficMirrorTargets = 100
        public var trafficMirrorFilters = 100
        /// Per filter and direction.
        public var trafficMirrorFilterRules = 10
        public var trafficMirrorSessions = 1000
        /// Per source ENI.
        public var trafficMirrorSessionsPerInterface = 10
        public var flowLogs = 10
        /// ENIs that no service made for itself.
        public var networkInterfaces = unlimited
        /// Primary and secondary IPv4 addresses of one ENI.
        public var addressesPerInterface = 50
        /// IPv6 addresses of one ENI.
        public var ipv6AddressesPerInterface = 50
        /// Security groups one ENI may carry.
        public var securityGroupsPerInterface = 5
        /// Addresses, and likewise ENIs, in one security group.
        public var addressesPerSecurityGroup = 2000
        public var networkACLs = 200
        /// Per network ACL and direction.
        public var networkACLEntries = 100
        /// Of one account, in all regions together.
        public var projects = 100
        /// Of one CLB.
        public var listenersPerLoadBalancer = 50
        /// Of one CLB.
        public var serverGroupsPerLoadBalancer = 50
        public var serversPerServerGroup = 200
        /// ENIs of one instance.
        public var interfacesPerInstance = unlimited
        public init() {}

        /// One quota, by its name in the configuration.
        public struct Named: Sendable {
            public let name: String
            public let path: any WritableKeyPath<Quotas, Int> & Sendable
        }

        /// Every quota, by its name in the configuration.
        public static let named: [Named] = [
            Named(name: "traffic-mirror-targets", path: \.trafficMirrorTargets),
            Named(name: "traffic-mirror-filters", path: \.trafficMirrorFilters),
            Named(name: "traffic-mirror-filter-rules", path: \.trafficMirrorFilterRules),
            Named(name: "traffic-mirror-sessions", path: \.trafficMirrorSessions),
            Named(name: "traffic-mirror-sessions-per-interface", path: \.trafficMirrorSessionsPerInterface),
            Named(name: "flow-logs", path: \.flowLogs),
            Named(name: "network-interfaces", path: \.networkInterfaces),
            Named(name: "addresses-per-interface", path: \.addressesPerInterface),
            Named(name: "ipv6-addresses-per-interface", path: \.ipv6AddressesPerInterface),
            Named(name: "security-groups-per-interface", path: \.securityGroupsPerInterface),
            Named(name: "addresses-per-security-group", path: \.addressesPerSecurityGroup),
            Named(name: "network-acls", path: \.networkACLs),
            Named(name: "network-acl-entries", path: \.networkACLEntries),
            Named(name: "projects", path: \.projects),
            Named(name: "listeners-per-load-balancer", path: \.listenersPerLoadBalancer),
            Named(name: "server-groups-per-load-balancer", path: \.serverGroupsPerLoadBalancer),
            Named(name: "servers-per-server-group", path: \.serversPerServerGroup),
            Named(name: "interfaces-per-instance", path: \.interfacesPerInstance),
        ]
    }

    /// Calls a second that one account may make of one action; each 1 and up.
    public struct RateLimits: Sendable, Equatable {
        public var readsPerSecond = 20
        public var writesPerSecond = 10
        public init() {}
    }
}
