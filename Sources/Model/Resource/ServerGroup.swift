/// The servers of a CLB that share what a listener takes.
public struct ServerGroup: Resource, Equatable {
    public static let table = "serverGroup"
    public static let tagType: String? = "servergroup"

    public var id: Identifier<ServerGroup>
    public var accountID: String
    public var region: String
    public var loadBalancerID: Identifier<LoadBalancer>
    public var name: String
    public var description: String
    /// `instance` or `ip`.
    public var kindName: String
    /// Servers are reached at the port a packet came to, whatever theirs is.
    public var anyPortEnabled: Bool
    /// Unix milliseconds.
    public var createdAt: Int64
    /// Unix milliseconds.
    public var updatedAt: Int64

    public init(
        id: Identifier<ServerGroup>, accountID: String, region: String, loadBalancerID: Identifier<LoadBalancer>,
        name: String, description: String = "", kindName: String = "instance", anyPortEnabled: Bool = false,
        createdAt: Int64, updatedAt: Int64
    ) {
        self.id = id
        self.accountID = accountID
        self.region = region
        self.loadBalancerID = loadBalancerID
        self.name = name
        self.description = description
        self.kindName = kindName
        self.anyPortEnabled = anyPortEnabled
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// One server of a group.
public struct BackendServer: Resource, Equatable {
    public static let table = "backendServer"
    public static let tagType: String? = nil

    public var id: Identifier<BackendServer>
    public var accountID: String
    public var region: String
    public var serverGroupID: Identifier<ServerGroup>
    public var loadBalancerID: Identifier<LoadBalancer>
    /// `ecs`, `eni` or `ip`.
    public var kindName: String
    /// An instance's or ENI's ID; empty when an address alone was given.
    public var instanceID: String
    public var address: IPv4Address
    /// 1...65535; 0 in a group of any port.
    public var port: Int
    /// 0...100; 0 gets nothing.
    public var weight: Int
    public var description: String
    /// Unix milliseconds.
    public var createdAt: Int64

    public init(
        id: Identifier<BackendServer>, accountID: String, region: String, serverGroupID: Identifier<ServerGroup>,
        loadBalancerID: Identifier<LoadBalancer>, kindName: String, instanceID: String = "", address: IPv4Address,
        port: Int, weight: Int = 100, description: String = "", createdAt: Int64
    ) {
        self.id = id
        self.accountID = accountID
        self.region = region
        self.serverGroupID = serverGroupID
        self.loadBalancerID = loadBalancerID
        self.kindName = kindName
        self.instanceID = instanceID
        self.address = address
        self.port = port
        self.weight = weight
        self.description = description
        self.createdAt = createdAt
    }
}
