/// What an agent tells about its host when it starts and whenever it changes.
public struct HostReport: Codable, Sendable, Equatable {
    public var hostname: String
    public var kernel: String
    public var agentVersion: String
    /// `none` or why the data plane cannot run here, in words an operator can act on.
    public var dataPlaneProblem: String?
    /// Whether the agent may make lab namespaces.
    public var labCapable: Bool
    /// Whether security groups and ACLs hold on adopted devices too (`--enforce-security-groups`); in the lab they do.
    public var enforcesSecurityGroups: Bool = false
    /// Names under `/run/netns` that the agent can enter.
    public var namespaces: [String]
    public var devices: [Device]

    public init(
        hostname: String, kernel: String, agentVersion: String, dataPlaneProblem: String?, labCapable: Bool,
        namespaces: [String], devices: [Device]
    ) {
        self.hostname = hostname
        self.kernel = kernel
        self.agentVersion = agentVersion
        self.dataPlaneProblem = dataPlaneProblem
        self.labCapable = labCapable
        self.namespaces = namespaces
        self.devices = devices
    }

    public struct Device: Codable, Sendable, Equatable {
        /// `nil` is the agent's own namespace.
        public var namespace: String?
        public var name: String
        public var mac: MACAddress?
        public var mtu: Int
        public var up: Bool
        public var addresses: [IPAddress]

        public init(
            namespace: String?, name: String, mac: MACAddress?, mtu: Int, up: Bool, addresses: [IPAddress]
        ) {
            self.namespace = namespace
            self.name = name
            self.mac = mac
            self.mtu = mtu
            self.up = up
            self.addresses = addresses
        }
    }
}

/// An agent's word that it has made one generation true, and where it could not.
public struct HostAcknowledgement: Codable, Sendable, Equatable {
    public var generation: UInt64
    /// What did not come true: ENI or session ID → reason in words. Everything else is installed in the kernel.
    public var failures: [Failure]

    public init(generation: UInt64, failures: [Failure]) {
        self.generation = generation
        self.failures = failures
    }

    public struct Failure: Codable, Sendable, Equatable {
        /// ENI ID, session ID, instance ID or VPC ID.
        public var resourceID: String
        public var reason: String

        public init(resourceID: String, reason: String) {
            self.resourceID = resourceID
            self.reason = reason
        }
    }
}
