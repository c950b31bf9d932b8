public import Model

/// What security groups and network ACLs look at in a packet.
public struct FirewallPacket: Sendable, Hashable {
    public var tuple: FiveTuple
    /// False for later fragments, which match only rules that cover every port. A router that tracks connections puts
    /// fragments together before it asks, so they seldom come by.
    public var carriesPorts: Bool
    /// Type of an ICMP or ICMPv6 message, where known.
    public var icmpType: UInt8?
    /// Whether it belongs to a connection whose first packet was let through, in either direction, or is an error
    /// about one.
    public var isEstablished: Bool

    public init(_ tuple: FiveTuple, carriesPorts: Bool = true, icmpType: UInt8? = nil, isEstablished: Bool = false) {
        self.tuple = tuple
        self.carriesPorts = carriesPorts
        self.icmpType = icmpType
        self.isEstablished = isEstablished
    }

    /// Neighbour and router discovery (RFC 4861) and multicast listener reports (RFC 3810): nothing works without
    /// them and they do not leave their link, so no group and no ACL looks at them.
    var isNeighbourDiscovery: Bool {
        guard tuple.transport == IPProtocol.icmpV6, tuple.source.family == .ipv6, let icmpType else { return false }
        return Self.neighbourTypes.contains(icmpType)
    }

    static let neighbourTypes: Set<UInt8> = [130, 131, 132, 133, 134, 135, 136, 137, 143]

    /// Asking for an address and getting it (RFC 2131, RFC 8415).
    var isAddressConfiguration: Bool {
        guard tuple.transport == IPProtocol.udp, carriesPorts else { return false }
        let ports: Set<UInt16> = tuple.source.family == .ipv4 ? [67, 68] : [546, 547]
        return tuple.sourcePort != tuple.destinationPort && ports == [tuple.sourcePort, tuple.destinationPort]
    }
}

extension FirewallState.Transport {
    /// Whether a rule of this transport speaks of packets with that IANA protocol number.
    public func includes(_ transport: UInt8) -> Bool { number.map { $0 == transport } ?? true }

    /// IANA protocol number; `nil` is every protocol.
    public var number: UInt8? {
        switch self {
        case .tcp: IPProtocol.tcp
        case .udp: IPProtocol.udp
        case .icmp: IPProtocol.icmp
        case .icmpv6: IPProtocol.icmpV6
        case .gre: IPProtocol.gre
        case .all: nil
        }
    }

    /// Whether its rules compare ports.
    public var hasPorts: Bool { self == .tcp || self == .udp }

    func matches(_ packet: FirewallPacket, ports: PortRange) -> Bool {
        guard includes(packet.tuple.transport) else { return false }
        guard hasPorts else { return true }
        return ports.coversAll || packet.carriesPorts && ports.contains(packet.tuple.destinationPort)
    }
}
