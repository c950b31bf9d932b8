import Glibc
public import Model

extension RouteSocket {
    /// All devices of the namespace.
    public func links() throws(NetlinkError) -> [NetworkLink] {
        try dump(NetlinkRequest(.getLink, flags: NetlinkFlag.dump, fixed: linkHeader()), "list links in \(namespace)")
            .compactMap { NetworkLink($0) }
    }

    /// The device of that name; `nil` when there is none.
    public func link(named name: String) throws(NetlinkError) -> NetworkLink? {
        guard Self.isLinkName(name) else { return nil }
        var request = NetlinkRequest(.getLink, flags: NetlinkFlag.acknowledge, fixed: linkHeader())
        request.attribute(LinkAttribute.name, name)
        return try oneLink(request, "find link \(name)")
    }

    /// The device of that index; `nil` when there is none.
    public func link(index: UInt32) throws(NetlinkError) -> NetworkLink? {
        let request = NetlinkRequest(.getLink, flags: NetlinkFlag.acknowledge, fixed: linkHeader(index: index))
        return try oneLink(request, "find link \(index)")
    }

    private func oneLink(_ request: NetlinkRequest, _ attempt: String) throws(NetlinkError) -> NetworkLink? {
        do {
            return try exchange(request, attempt).lazy.compactMap { NetworkLink($0) }.first
        } catch  where error.code == ENODEV {
            return nil
        }
    }

    /// Whether the kernel takes `name` for a device: 1...15 bytes, no slash, colon or space.
    public static func isLinkName(_ name: String) -> Bool {
        (1...15).contains(name.utf8.count) && name != "." && name != ".."
            && !name.utf8.contains { $0 <= 0x20 || $0 == 0x2f || $0 == 0x3a || $0 == 0x7f }
    }

    /// One end of a new veth pair.
    public struct VethEnd: Sendable {
        public var name: String
        /// `nil` lets the kernel choose.
        public var mac: MACAddress?
        /// Namespace the end is made in; `nil` is the socket's.
        public var namespace: NetworkNamespace?
        /// Device group the end is made in; heeded for the first end only, as the kernel does.
        public var group: UInt32?

        public init(
            name: String, mac: MACAddress? = nil, namespace: NetworkNamespace? = nil, group: UInt32? = nil
        ) {
            self.name = name
            self.mac = mac
            self.namespace = namespace
            self.group = group
        }
    }

    /// Makes a veth pair, both ends down. `EEXIST` when a name is taken, `EINVAL` for an impossible one.
    public func createVeth(_ end: VethEnd, peer: VethEnd, mtu: Int? = nil) throws(NetlinkError) {
        let attempt = "create veth \(end.name) - \(peer.name)"
        guard Self.isLinkName(end.name), Self.isLinkName(peer.name) else {
            throw NetlinkError(attempt: attempt, code: EINVAL)
        }
        let handles = [try end.namespace?.open(), try peer.namespace?.open()]
        func describe(_ end: VethEnd, _ handle: FileDescriptor?, _ request: inout NetlinkRequest) {
            request.attribute(LinkAttribute.name, end.name)
            if let mac = end.mac { request.attribute(LinkAttribute.address, mac.octets) }
            if let mtu { request.attribute(LinkAttribute.mtu, UInt32(clamping: mtu)) }
            if let group = end.group { request.attribute(LinkAttribute.group, group) }
            if let handle {
                request.attribute(LinkAttribute.namespaceDescriptor, UInt32(bitPattern: handle.number))
            }
        }
        var request = NetlinkRequest(
            .newLink, flags: NetlinkFlag.acknowledge | NetlinkFlag.create | NetlinkFlag.exclusive, fixed: linkHeader())
        describe(end, handles[0], &request)
        request.nested(LinkAttribute.info) { request in
            request.attribute(LinkAttribute.infoKind, "veth")
            request.nested(LinkAttribute.infoData) { request in
                request.nested(LinkAttribute.vethPeer, fixed: linkHeader()) { describe(peer, handles[1], &$0) }
            }
        }
        try withExtendedLifetime(handles) { () throws(NetlinkError) in try change(request, attempt) }
    }

    /// Deletes a device (a veth goes with its peer). Nothing happens when there is none.
    public func deleteLink(index: UInt32) throws(NetlinkError) {
        let request = NetlinkRequest(.deleteLink, flags: NetlinkFlag.acknowledge, fixed: linkHeader(index: index))
        do {
            try change(request, "delete link \(index)")
        } catch  where error.code == ENODEV {
        }
    }

    /// Changes what is given and leaves the rest. A new name or address may need the device down.
    public func setLink(
        index: UInt32, up: Bool? = nil, mtu: Int? = nil, mac: MACAddress? = nil, name: String? = nil,
        group: UInt32? = nil
    ) throws(NetlinkError) {
        let flags = up == true ? LinkFlag.up : 0
        var request = NetlinkRequest(
            .newLink, flags: NetlinkFlag.acknowledge,
            fixed: linkHeader(index: index, flags: flags, change: up == nil ? 0 : LinkFlag.up))
        if let mtu { request.attribute(LinkAttribute.mtu, UInt32(clamping: mtu)) }
        if let mac { request.attribute(LinkAttribute.address, mac.octets) }
        if let group { request.attribute(LinkAttribute.group, group) }
        if let name {
            guard Self.isLinkName(name) else { throw NetlinkError(attempt: "name a link \(name)", code: EINVAL) }
            request.attribute(LinkAttribute.name, name)
        }
        try change(request, "change link \(name ?? String(index))")
    }

    /// Moves a device into another namespace, where it gets an index of its own.
    public func moveLink(index: UInt32, to other: NetworkNamespace) throws(NetlinkError) {
        let handle = try other.open()
        var request = NetlinkRequest(.newLink, flags: NetlinkFlag.acknowledge, fixed: linkHeader(index: index))
        request.attribute(LinkAttribute.namespaceDescriptor, UInt32(bitPattern: handle.number))
        try withExtendedLifetime(handle) { () throws(NetlinkError) in
            try change(request, "move link \(index) to \(other)")
        }
    }

    /// struct ifinfomsg.
    private func linkHeader(index: UInt32 = 0, flags: UInt32 = 0, change: UInt32 = 0) -> [UInt8] {
        var header: [UInt8] = [0, 0, 0, 0]
        header.append(native: index)
        header.append(native: flags)
        header.append(native: change)
        return header
    }
}
