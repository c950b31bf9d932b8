public import Model

/// A route of a table, or the answer to "how does a packet get there".
public struct Route: Sendable, Hashable {
    /// What the kernel does with a packet (RTN_*).
    public enum Kind: UInt8, Sendable {
        case unicast = 1, local, broadcast, anycast, multicast, blackhole, unreachable,
            prohibit
    }

    /// The prefix; the address itself in an answer.
    public var destination: IPAddress
    public var prefixLength: Int
    public var outInterface: UInt32?
    /// `nil` when the destination is on-link. May be of the other family (RFC 5549).
    public var gateway: IPAddress?
    /// Source address the kernel would choose.
    public var preferredSource: IPAddress?
    /// Path or route MTU in bytes where known; else the device's counts.
    public var mtu: Int?
    public var kind: Kind
    /// Who made it (RTPROT_*): 2 kernel, 4 static, own numbers above.
    public var origin: UInt8
    /// 254 is the main table, 255 the local one.
    public var table: UInt32
    /// Smaller is preferred; routes that differ only here stand side by side.
    public var priority: UInt32
    /// The neighbour a packet is handed to: the gateway, or the destination itself when on-link.
    public var nextHop: IPAddress { gateway ?? destination }

    public init(
        destination: IPAddress, prefixLength: Int, outInterface: UInt32?, gateway: IPAddress? = nil,
        preferredSource: IPAddress? = nil, mtu: Int? = nil, kind: Kind = .unicast, origin: UInt8 = 4,
        table: UInt32 = 254, priority: UInt32 = 0
    ) {
        self.destination = destination
        self.prefixLength = prefixLength
        self.outInterface = outInterface
        self.gateway = gateway
        self.preferredSource = preferredSource
        self.mtu = mtu
        self.kind = kind
        self.origin = origin
        self.table = table
        self.priority = priority
    }

    init?(_ reply: NetlinkReply) {
        // struct rtmsg: family, dst_len, src_len, tos, table, protocol, scope, type, flags.
        guard reply.type == NetlinkType.newRoute.rawValue, let family = reply.payload.native(UInt8.self, at: 0),
            let length = reply.payload.native(UInt8.self, at: 1), let table = reply.payload.native(UInt8.self, at: 4),
            let origin = reply.payload.native(UInt8.self, at: 5),
            let kind = reply.payload.native(UInt8.self, at: 7).flatMap({ Kind(rawValue: $0) })
        else { return nil }
        let attributes = reply.attributes(after: 12)
        let anywhere = family == 2 ? IPAddress(IPv4Address(rawValue: 0)) : IPAddress(ipv6High: 0, low: 0)
        // RTA_VIA: two bytes of family, then the address.
        let via = attributes[RouteAttribute.via].flatMap { IPAddress(networkBytes: $0.dropFirst(2)) }
        self.init(
            destination: attributes.address(RouteAttribute.destination) ?? anywhere, prefixLength: Int(length),
            outInterface: attributes.number(RouteAttribute.outInterface),
            gateway: attributes.address(RouteAttribute.gateway) ?? via,
            preferredSource: attributes.address(RouteAttribute.preferredSource),
            mtu: attributes.nested(RouteAttribute.metrics)?.number(RouteAttribute.metricMTU).map { Int($0) },
            kind: kind, origin: origin, table: attributes.number(RouteAttribute.table) ?? UInt32(table),
            priority: attributes.number(RouteAttribute.priority) ?? 0)
    }
}
