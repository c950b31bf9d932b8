public import Model

/// `DescribeHosts`.
public struct HostList: Codable, Sendable {
    public var Hosts: [HostView]
    public var Generation: Int64
}

/// A host as the API shows it.
public struct HostView: Codable, Sendable {
    public var HostId: String
    public var Hostname: String
    /// Heard within the last 30 s, or what the server was told instead.
    public var Reachable: Bool
    public var HeardAt: String
    public var IsLab: Bool
    public var AcknowledgedGeneration: Int64
    public var Failures: [HostAcknowledgement.Failure]
    public var Report: HostReport?
    /// Where security groups and network ACLs hold on this host.
    public var SecurityGroups: SecurityGroupEnforcement
    /// The attached ENIs it has.
    public var Interfaces: [HostInterfaceView]
    /// What all its sessions together may send; absent without a bound.
    public var Budget: MirrorBudget?
}

/// `DescribeMirrorLedger`.
public struct MirrorLedgers: Codable, Sendable {
    public struct Entry: Codable, Sendable {
        public var HostId: String
        /// When the host counted it, Unix milliseconds.
        public var At: Int64
        public var Ledger: SessionLedger
        /// What all sessions of the host together may send; absent without a bound.
        public var HostBudget: MirrorBudget?
    }
    public var Ledgers: [Entry]
    /// What the session may send; absent without a bound.
    public var Budget: MirrorBudget?
    /// What is cut, and other things its owner may not expect.
    public var Warnings: [String]
}

/// `DescribeMirrorSessions`.
public struct MirrorSessionList: Codable, Sendable {
    public struct Item: Codable, Sendable {
        public var TrafficMirrorSessionId: String
        public var TrafficMirrorSessionName: String
        public var NetworkInterfaceId: String
        public var TrafficMirrorTargetId: String
        public var TrafficMirrorFilterId: String
        public var Priority: Int
        public var VirtualNetworkId: Int
        public var PacketLength: Int
        public var Status: String
        public var BusinessStatus: String
        public var MatchedPackets: UInt64
        public var MirroredPackets: UInt64
        public var DroppedPackets: UInt64
        /// How copies get to the target, in words; absent while no host has told.
        public var Path: String?
        public var Warnings: [String]
    }
    /// In ascending priority.
    public var Sessions: [Item]
}

/// `DescribeDeviceLedgers`.
public struct DeviceLedgers: Codable, Sendable {
    public struct Entry: Codable, Sendable {
        public var HostId: String
        /// When the host counted it, Unix milliseconds.
        public var At: Int64
        public var Ledger: DeviceLedger
    }
    public var Ledgers: [Entry]
}

/// `DescribeLab`.
public struct LabLayout: Codable, Sendable {
    /// Absent without a lab.
    public var Lab: LabState?
}

/// `DescribeServerStatus`.
public struct ServerStatus: Codable, Sendable {
    public struct Item: Codable, Sendable {
        public var ResourceId: String
        public var Status: String
        public var Failure: String
    }
    public var Region: String
    public var DataPlane: String
    /// Of intent.
    public var Generation: Int64
    public var Targets: Int
    public var Filters: Int
    public var Sessions: Int
    public var FlowLogs: Int
    public var Hosts: [HostView]
    /// Up to 100 of each kind.
    public var Unsettled: [Item]
    /// Sessions whose packets are cut: session ID and what to do, in words.
    public var Warnings: [String]
}
