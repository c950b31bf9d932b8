public import Model

/// A network device of one namespace.
public struct NetworkLink: Sendable, Equatable {
    public var index: UInt32
    public var name: String
    /// Bytes of the largest layer 3 packet.
    public var mtu: Int
    /// `nil` for devices without an Ethernet address.
    public var mac: MACAddress?
    /// Administratively up.
    public var isUp: Bool
    /// Up and with carrier: packets can leave.
    public var isRunning: Bool
    public var isLoopback: Bool
    /// `veth`, `vxlan`, `tun` and so on; `nil` for hardware and `lo`.
    public var kind: String?
    /// Index of the device below or at the other end (a veth's peer, in the peer's namespace).
    public var peerIndex: UInt32?
    /// Device group, a free number (0 unless set) that survives the process that set it.
    public var group: UInt32

    init?(_ reply: NetlinkReply) {
        guard reply.type == NetlinkType.newLink.rawValue, let index = reply.payload.native(UInt32.self, at: 4),
            let flags = reply.payload.native(UInt32.self, at: 8)
        else { return nil }
        let attributes = reply.attributes(after: 16)
        guard let name = attributes.text(LinkAttribute.name) else { return nil }
        self.index = index
        self.name = name
        mtu = Int(attributes.number(LinkAttribute.mtu) ?? 0)
        mac = attributes[LinkAttribute.address].flatMap { MACAddress(octets: $0) }
        isUp = flags & LinkFlag.up != 0
        isLoopback = flags & LinkFlag.loopback != 0
        isRunning = isUp && flags & LinkFlag.running != 0
        kind = attributes.nested(LinkAttribute.info)?.text(LinkAttribute.infoKind)
        group = attributes.number(LinkAttribute.group) ?? 0
        peerIndex = attributes.number(LinkAttribute.link)
    }
}

extension MACAddress {
    /// Six octets in wire order; `nil` for any other number of them.
    init?(octets: some Collection<UInt8>) {
        guard octets.count == 6 else { return nil }
        self.init(bits: octets.reduce(0) { $0 << 8 | UInt64($1) })
    }
}
