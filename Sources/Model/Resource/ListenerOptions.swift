/// How a listener treats connections: kept and shown as asked for.
public struct ListenerOptions: Codable, Sendable, Equatable {
    /// wrr, wlc or sh.
    public var scheduler = "wrr"
    /// Mbit/s; -1 is no bound of its own.
    public var bandwidth = -1
    /// New connections a second; -1 is no bound.
    public var connectionsPerSecond = -1
    /// Connections at a time; -1 is no bound.
    public var maxConnections = -1
    /// Seconds; 0 where the transport has none.
    public var establishedTimeout = 0
    /// off, source_ip, insert or server.
    public var persistenceType = "off"
    /// Seconds.
    public var persistenceTimeout = 1000
    /// Name of the cookie of `persistenceType` server.
    public var cookie = ""
    /// off or standard.
    public var proxyProtocolType = "off"
    public var connectionDrainEnabled = false
    /// Seconds.
    public var connectionDrainTimeout = 0
    public var enhancedSchedulerEnabled = false
    public var http2Enabled = false
    /// Seconds.
    public var clientHeaderTimeout = 60
    /// Seconds.
    public var clientBodyTimeout = 60
    /// Seconds.
    public var keepaliveTimeout = 75
    /// Seconds.
    public var proxyConnectTimeout = 4
    /// Seconds.
    public var proxySendTimeout = 60
    /// Seconds.
    public var proxyReadTimeout = 60
    /// Seconds.
    public var sendTimeout = 60
    public var securityPolicyID = ""
    public var loadType = ""
    public var healthCheck = HealthCheck()

    public init() {}

    /// How a listener finds out which servers can be sent to.
    public struct HealthCheck: Codable, Sendable, Equatable {
        public var enabled = true
        /// Seconds, 1...300.
        public var interval = 2
        /// Seconds, 1...60.
        public var timeout = 2
        /// 2...10.
        public var healthyThreshold = 3
        /// 2...10.
        public var unhealthyThreshold = 3
        /// 1...65535; 0 is the server's own.
        public var port = 0
        /// GET or HEAD.
        public var method = ""
        public var domain = ""
        public var uri = ""
        public var httpCode = ""
        public var udpRequest = ""
        public var udpExpect = ""

        public init() {}
    }
}
