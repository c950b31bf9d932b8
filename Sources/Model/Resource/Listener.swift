/// A port of a CLB, and the server group that gets what arrives there.
public struct Listener: Resource, Equatable {
    public static let table = "listener"
    public static let tagType: String? = "listener"

    public var id: Identifier<Listener>
    public var accountID: String
    public var region: String
    public var loadBalancerID: Identifier<LoadBalancer>
    public var serverGroupID: Identifier<ServerGroup>
    public var name: String
    public var description: String
    public var transport: ListenerTransport
    /// 1...65535, or 0 for all ports from `startPort` to `endPort`.
    public var port: Int
    /// 1...65535; 0 unless `port` is 0.
    public var startPort: Int
    /// 1...65535; 0 unless `port` is 0.
    public var endPort: Int
    public var enabled: Bool
    public var options: ListenerOptions
    public var status: Status
    /// Unix milliseconds.
    public var createdAt: Int64
    /// Unix milliseconds.
    public var updatedAt: Int64

    public init(
        id: Identifier<Listener>, accountID: String, region: String, loadBalancerID: Identifier<LoadBalancer>,
        serverGroupID: Identifier<ServerGroup>, name: String, description: String = "", transport: ListenerTransport,
        port: Int, startPort: Int = 0, endPort: Int = 0, enabled: Bool = true,
        options: ListenerOptions = ListenerOptions(), status: Status, createdAt: Int64, updatedAt: Int64
    ) {
        self.id = id
        self.accountID = accountID
        self.region = region
        self.loadBalancerID = loadBalancerID
        self.serverGroupID = serverGroupID
        self.name = name
        self.description = description
        self.transport = transport
        self.port = port
        self.startPort = startPort
        self.endPort = endPort
        self.enabled = enabled
        self.options = options
        self.status = status
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// The ports it takes.
    public var ports: ClosedRange<Int> {
        if port != 0 { return port...port }
        return startPort <= endPort ? startPort...endPort : startPort...startPort
    }

    /// The status of a listener that is made.
    public var settledStatus: Status { enabled ? .active : .disabled }
}

/// What a listener speaks.
public enum ListenerTransport: String, Codable, Sendable {
    case tcp = "TCP"
    case udp = "UDP"
    case http = "HTTP"
    case https = "HTTPS"

    /// HTTP and HTTPS take TCP ports.
    public var isUDP: Bool { self == .udp }
    public var isHTTP: Bool { self == .http || self == .https }
}
