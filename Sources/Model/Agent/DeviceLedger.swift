/// The account of one bound ENI's device on one host, since it was bound.
public struct DeviceLedger: Codable, Sendable, Equatable {
    public var networkInterfaceID: String
    /// Whether the programs are on the device now.
    public var isAttached: Bool
    /// Time in which the ENI was bound and its device was missing or without its programs: what crossed it then was
    /// neither counted nor mirrored.
    public var unattachedMilliseconds: UInt64
    /// Drops that came after the map of their packet was drained.
    public var lateDrops: UInt64
    /// Drops of packets whose five-tuple was in no map.
    public var unattributedDrops: UInt64
    /// Frames whose IP header made no sense: neither in a flow nor mirrored.
    public var unparsedPackets: UInt64

    public init(
        networkInterfaceID: String, isAttached: Bool, unattachedMilliseconds: UInt64 = 0, lateDrops: UInt64 = 0,
        unattributedDrops: UInt64 = 0, unparsedPackets: UInt64 = 0
    ) {
        self.networkInterfaceID = networkInterfaceID
        self.isAttached = isAttached
        self.unattachedMilliseconds = unattachedMilliseconds
        self.lateDrops = lateDrops
        self.unattributedDrops = unattributedDrops
        self.unparsedPackets = unparsedPackets
    }
}

/// What an agent counts, each second: `PutLedgers` carries it.
public struct HostLedger: Codable, Sendable, Equatable {
    public var sessions: [SessionLedger]
    public var devices: [DeviceLedger]
    /// The agent's own; `nil` from agents that do not tell. Looked at every few seconds only.
    public var vitals: AgentVitals?

    public init(sessions: [SessionLedger] = [], devices: [DeviceLedger] = [], vitals: AgentVitals? = nil) {
        self.sessions = sessions
        self.devices = devices
        self.vitals = vitals
    }

    /// Also reads what older agents send: the sessions alone.
    public init(from decoder: any Decoder) throws {
        if let values = try? decoder.container(keyedBy: CodingKeys.self) {
            sessions = try values.decode(.sessions, or: [])
            devices = try values.decode(.devices, or: [])
            vitals = try values.decodeIfPresent(AgentVitals.self, forKey: .vitals)
        } else {
            sessions = try decoder.singleValueContainer().decode([SessionLedger].self)
            devices = []
            vitals = nil
        }
    }
}
