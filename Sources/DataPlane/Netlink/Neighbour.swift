public import Model

/// An entry of the neighbour table (ARP, RFC 826; NDP, RFC 4861).
public struct Neighbour: Sendable, Hashable {
    /// State bits of the kernel (NUD_*).
    public struct State: OptionSet, Sendable, Hashable {
        public let rawValue: UInt16
        public init(rawValue: UInt16) { self.rawValue = rawValue }
        public static let incomplete = State(rawValue: 0x01)
        public static let reachable = State(rawValue: 0x02)
        public static let stale = State(rawValue: 0x04)
        public static let delay = State(rawValue: 0x08)
        public static let probe = State(rawValue: 0x10)
        public static let failed = State(rawValue: 0x20)
        public static let noARP = State(rawValue: 0x40)
        public static let permanent = State(rawValue: 0x80)
        /// Any state in which a packet can be sent to the link address.
        public static let valid: State = [.permanent, .noARP, .reachable, .probe, .stale, .delay]
    }

    public var linkIndex: UInt32
    public var address: IPAddress
    public var mac: MACAddress?
    public var state: State
    public var isUsable: Bool { !state.isDisjoint(with: .valid) }

    public init(linkIndex: UInt32, address: IPAddress, mac: MACAddress?, state: State) {
        self.linkIndex = linkIndex
        self.address = address
        self.mac = mac
        self.state = state
    }

    init?(_ reply: NetlinkReply) {
        // struct ndmsg: family, padding, index, state, flags, type.
        guard reply.type == NetlinkType.newNeighbour.rawValue, let index = reply.payload.native(UInt32.self, at: 4),
            let state = reply.payload.native(UInt16.self, at: 8)
        else { return nil }
        let attributes = reply.attributes(after: 12)
        guard let address = attributes.address(NeighbourAttribute.destination) else { return nil }
        self.init(
            linkIndex: index, address: address,
            mac: attributes[NeighbourAttribute.linkAddress].flatMap { MACAddress(octets: $0) },
            state: State(rawValue: state))
    }
}
