/// Everything one host must make true, whole, as the server means it at one generation.
///
/// An agent pulls it by long poll, keeps the last one on disk, makes it true and acknowledges the generation.
public struct DesiredState: Codable, Sendable, Equatable {
    /// Version of this layout; an agent refuses one it does not know.
    public static let currentSchema = 2
    /// What an agent of this version understands.
    public static let knownSchemas = 1...currentSchema

    public var schema = Self.currentSchema
    /// Rises with every change of intent.
    public var generation: UInt64
    /// Seconds between two drains of the flow maps at most, and the grid every slice ends on: no slice crosses
    /// a multiple of it (CLOCK_REALTIME). 1...60.
    public var sliceSeconds: Int
    public var lab: LabState?
    public var bindings: [DeviceBinding]
    public var sessions: [MirrorIntent]
    public var mirrorScope = MirrorScope.cloud
    /// What all sessions of this host together may send.
    public var budget: MirrorBudget?
    public var firewall = FirewallState()
    /// Copies that sessions of other hosts send to targets of this one: no traffic of its ENIs.
    public var arrivingTunnels: [MirrorTunnel] = []
    /// Flows also say when their first and last packet came, and which firewall refused them.
    public var keepsFlowDetails = false

    public init(
        generation: UInt64, sliceSeconds: Int, lab: LabState?, bindings: [DeviceBinding], sessions: [MirrorIntent]
    ) {
        self.generation = generation
        self.sliceSeconds = sliceSeconds
        self.lab = lab
        self.bindings = bindings
        self.sessions = sessions
    }
}

extension DesiredState {
    /// Also reads what older servers wrote.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            generation: try values.decode(UInt64.self, forKey: .generation),
            sliceSeconds: try values.decode(.sliceSeconds, or: 5),
            lab: try values.decodeIfPresent(LabState.self, forKey: .lab),
            bindings: try values.decode([DeviceBinding].self, forKey: .bindings),
            sessions: try values.decode([MirrorIntent].self, forKey: .sessions))
        schema = try values.decode(.schema, or: 1)
        mirrorScope = try values.decode(.mirrorScope, or: .cloud)
        budget = try values.decodeIfPresent(MirrorBudget.self, forKey: .budget)
        firewall = try values.decode(.firewall, or: FirewallState())
        arrivingTunnels = try values.decode(.arrivingTunnels, or: [])
        keepsFlowDetails = try values.decode(.keepsFlowDetails, or: false)
    }
}

/// Which packets are candidates for a copy.
public enum MirrorScope: String, Codable, Sendable {
    /// As the cloud: without DHCP and link-local services (instance metadata, time).
    case cloud
    /// Every IPv4 packet but copies themselves.
    case everything
}

/// An upper bound for copies; what goes beyond is dropped before it is cloned and counted `budget`.
public struct MirrorBudget: Codable, Sendable, Equatable {
    /// `nil` is no bound.
    public var packetsPerSecond: UInt64?
    /// Of whole copies: inner frame and 50 bytes of envelope. `nil` is no bound.
    public var bitsPerSecond: UInt64?

    public init(packetsPerSecond: UInt64? = nil, bitsPerSecond: UInt64? = nil) {
        self.packetsPerSecond = packetsPerSecond
        self.bitsPerSecond = bitsPerSecond
    }
}

/// The outer addresses and VNI of one session's copies.
public struct MirrorTunnel: Codable, Sendable, Hashable {
    public var source: IPv4Address
    public var destination: IPv4Address
    public var vni: UInt32

    public init(source: IPv4Address, destination: IPv4Address, vni: UInt32) {
        self.source = source
        self.destination = destination
        self.vni = vni
    }
}

/// Which end of a link the bound device is.
public enum DeviceSide: String, Codable, Sendable {
    /// The device is the ENI itself (eth0 of the host): leaving the ENI is leaving the device.
    case own
    /// The device's other end is the ENI (a tap, a host veth, a lab port): ingress and egress swap.
    case port
}

/// ENI → device of this host.
public struct DeviceBinding: Codable, Sendable, Equatable {
    public var networkInterfaceID: String
    /// Name under `/run/netns`; `nil` is the agent's own namespace.
    public var namespace: String?
    public var device: String
    public var side: DeviceSide
    public var mac: MACAddress?
    /// Primary IPv4 of the ENI: the outer source of its copies.
    public var primaryAddress: IPv4Address?
    /// All addresses of the ENI, primary first.
    public var addresses: [IPAddress]
    /// Flow logs that want this ENI's traffic; empty means no accounting.
    public var flowLogs: [FlowLogIntent]

    public init(
        networkInterfaceID: String, namespace: String?, device: String, side: DeviceSide, mac: MACAddress?,
        primaryAddress: IPv4Address?, addresses: [IPAddress], flowLogs: [FlowLogIntent]
    ) {
        self.networkInterfaceID = networkInterfaceID
        self.namespace = namespace
        self.device = device
        self.side = side
        self.mac = mac
        self.primaryAddress = primaryAddress
        self.addresses = addresses
        self.flowLogs = flowLogs
    }
}

/// One flow log's claim on an ENI. A slice names the claims in force while it was counted.
public struct FlowLogIntent: Codable, Sendable, Hashable {
    public var flowLogID: String
    public init(flowLogID: String) { self.flowLogID = flowLogID }
}

/// One mirror session of an ENI of this host, with its compiled rules in order of priority.
public struct MirrorIntent: Codable, Sendable, Equatable {
    public var sessionID: String
    public var networkInterfaceID: String
    /// 1...32766, unique among sessions; smaller goes first.
    public var priority: Int
    /// VXLAN network identifier, 0...16777215.
    public var vni: UInt32
    /// Bytes of the inner IP packet copied at most, 64...9600; the frame is cut at 14 + this.
    public var packetLength: Int
    public var target: MirrorTargetIntent
    /// In ascending priority.
    public var ingressRules: [MirrorRule]
    /// In ascending priority.
    public var egressRules: [MirrorRule]
    public var budget: MirrorBudget?

    public init(
        sessionID: String, networkInterfaceID: String, priority: Int, vni: UInt32, packetLength: Int,
        target: MirrorTargetIntent, ingressRules: [MirrorRule], egressRules: [MirrorRule]
    ) {
        self.sessionID = sessionID
        self.networkInterfaceID = networkInterfaceID
        self.priority = priority
        self.vni = vni
        self.packetLength = packetLength
        self.target = target
        self.ingressRules = ingressRules
        self.egressRules = egressRules
    }
}

/// Where copies go. Without an address every matched packet is counted `target_down`.
public struct MirrorTargetIntent: Codable, Sendable, Equatable {
    public var targetID: String
    public var address: IPv4Address?

    public init(targetID: String, address: IPv4Address?) {
        self.targetID = targetID
        self.address = address
    }
}

/// One filter rule, as the data plane compares it.
public struct MirrorRule: Codable, Sendable, Equatable {
    public enum Transport: String, Codable, Sendable { case tcp, udp, icmp, all }

    public var ruleID: String
    public var priority: Int
    /// accept mirrors, reject leaves the packet to the next session.
    public var accept: Bool
    public var transport: Transport
    public var source: IPv4CIDR
    public var destination: IPv4CIDR
    /// Inclusive; 0...65535 is any port (`-1/-1`).
    public var sourcePorts: PortRange
    public var destinationPorts: PortRange

    public init(
        ruleID: String, priority: Int, accept: Bool, transport: Transport, source: IPv4CIDR, destination: IPv4CIDR,
        sourcePorts: PortRange, destinationPorts: PortRange
    ) {
        self.ruleID = ruleID
        self.priority = priority
        self.accept = accept
        self.transport = transport
        self.source = source
        self.destination = destination
        self.sourcePorts = sourcePorts
        self.destinationPorts = destinationPorts
    }
}

/// Ports `first...last`, both inclusive.
public struct PortRange: Codable, Sendable, Hashable {
    public static let any = PortRange(first: 0, last: 65535)
    public var first: UInt16
    public var last: UInt16

    public init(first: UInt16, last: UInt16) {
        self.first = first
        self.last = last
    }

    /// Whether non-first fragments, which carry no ports, match: any port, or all of 1...65535.
    public var coversAll: Bool { first <= 1 && last == 65535 }
    public func contains(_ port: UInt16) -> Bool { first <= port && port <= last }
}

extension PortRange {
    /// Reads the API's `start/end` inside 1...65535, or `-1/-1` for any port; `nil` for anything else.
    public init?(apiText text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        if parts[0] == "-1", parts[1] == "-1" {
            self = .any
            return
        }
        guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } }),
            let first = UInt16(parts[0]), let last = UInt16(parts[1]), first >= 1, first <= last
        else { return nil }
        self.init(first: first, last: last)
    }
}
