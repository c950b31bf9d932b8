/// Message types of rtnetlink used here (linux/rtnetlink.h).
enum NetlinkType: UInt16 {
    case newLink = 16, deleteLink, getLink
    case newAddress = 20, deleteAddress, getAddress
    case newRoute = 24, deleteRoute, getRoute
    case newNeighbour = 28, deleteNeighbour, getNeighbour
    case newQdisc = 36, deleteQdisc
    case newFilter = 44, deleteFilter, getFilter
}

/// Flags of a netlink header (linux/netlink.h).
enum NetlinkFlag {
    static let request: UInt16 = 0x1
    static let acknowledge: UInt16 = 0x4
    static let dumpInterrupted: UInt16 = 0x10
    static let dump: UInt16 = 0x300
    static let replace: UInt16 = 0x100
    static let exclusive: UInt16 = 0x200
    static let create: UInt16 = 0x400
}

enum LinkAttribute {
    static let address: UInt16 = 1
    static let name: UInt16 = 3
    static let mtu: UInt16 = 4
    static let link: UInt16 = 5
    static let operationalState: UInt16 = 16
    static let info: UInt16 = 18
    static let group: UInt16 = 27
    static let namespaceDescriptor: UInt16 = 28
    static let infoKind: UInt16 = 1
    static let infoData: UInt16 = 2
    static let vethPeer: UInt16 = 1
}

enum LinkFlag {
    static let up: UInt32 = 0x1
    static let loopback: UInt32 = 0x8
    static let running: UInt32 = 0x40
}

enum AddressAttribute {
    static let address: UInt16 = 1
    static let local: UInt16 = 2
    static let flags: UInt16 = 8
    /// No duplicate address detection: usable at once (IFA_F_NODAD).
    static let withoutDetection: UInt8 = 0x02
}

enum RouteAttribute {
    static let destination: UInt16 = 1
    static let source: UInt16 = 2
    static let outInterface: UInt16 = 4
    static let gateway: UInt16 = 5
    static let priority: UInt16 = 6
    static let preferredSource: UInt16 = 7
    static let metrics: UInt16 = 8
    static let table: UInt16 = 15
    static let mark: UInt16 = 16
    static let via: UInt16 = 18
    static let metricMTU: UInt16 = 2
}

enum NeighbourAttribute {
    static let destination: UInt16 = 1
    static let linkAddress: UInt16 = 2
    /// Resolve the entry now (NTF_USE).
    static let flagUse: UInt8 = 0x01
}

/// Attributes of a qdisc or filter, and of the options of a BPF filter (linux/pkt_cls.h).
enum FilterAttribute {
    static let kind: UInt16 = 1
    static let options: UInt16 = 2
    static let descriptor: UInt16 = 6
    static let name: UInt16 = 7
    static let flags: UInt16 = 8
    static let programID: UInt16 = 11
    /// The program's return value is the verdict (TCA_BPF_FLAG_ACT_DIRECT).
    static let directAction: UInt32 = 1
}
