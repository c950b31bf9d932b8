import Glibc
public import Model

extension RouteSocket {
    /// All neighbours of the namespace, or of one device.
    public func neighbours(linkIndex: UInt32? = nil) throws(NetlinkError) -> [Neighbour] {
        let request = NetlinkRequest(.getNeighbour, flags: NetlinkFlag.dump, fixed: [UInt8](repeating: 0, count: 12))
        return try dump(request, "list neighbours in \(namespace)").compactMap { Neighbour($0) }
            .filter { linkIndex == nil || $0.linkIndex == linkIndex }
    }

    /// The entry of one address on one device; `nil` when there is none.
    public func neighbour(_ address: IPAddress, linkIndex: UInt32) throws(NetlinkError) -> Neighbour? {
        var request = NetlinkRequest(
            .getNeighbour, flags: NetlinkFlag.acknowledge, fixed: header(address, linkIndex, state: 0, flags: 0))
        request.attribute(NeighbourAttribute.destination, address)
        do {
            return try exchange(request, "find neighbour \(address)").lazy.compactMap { Neighbour($0) }.first
        } catch  where error.code == ENOENT || error.code == ENODEV {
            return nil
        }
    }

    /// Adds or replaces an entry; by default it is permanent.
    public func replaceNeighbour(
        _ address: IPAddress, linkIndex: UInt32, mac: MACAddress, state: Neighbour.State = .permanent
    ) throws(NetlinkError) {
        var request = NetlinkRequest(
            .newNeighbour, flags: NetlinkFlag.acknowledge | NetlinkFlag.create | NetlinkFlag.replace,
            fixed: header(address, linkIndex, state: state.rawValue, flags: 0))
        request.attribute(NeighbourAttribute.destination, address)
        request.attribute(NeighbourAttribute.linkAddress, mac.octets)
        try change(request, "set neighbour \(address)")
    }

    /// Deletes an entry; nothing happens when there is none.
    public func deleteNeighbour(_ address: IPAddress, linkIndex: UInt32) throws(NetlinkError) {
        var request = NetlinkRequest(
            .deleteNeighbour, flags: NetlinkFlag.acknowledge, fixed: header(address, linkIndex, state: 0, flags: 0))
        request.attribute(NeighbourAttribute.destination, address)
        do {
            try change(request, "delete neighbour \(address)")
        } catch  where error.code == ENOENT {
        }
    }

    /// Asks the kernel to resolve an address now, as sending a packet there would.
    public func resolveNeighbour(_ address: IPAddress, linkIndex: UInt32) throws(NetlinkError) {
        var request = NetlinkRequest(
            .newNeighbour, flags: NetlinkFlag.acknowledge | NetlinkFlag.create,
            fixed: header(address, linkIndex, state: 0, flags: NeighbourAttribute.flagUse))
        request.attribute(NeighbourAttribute.destination, address)
        try change(request, "resolve neighbour \(address)")
    }

    private func header(_ address: IPAddress, _ linkIndex: UInt32, state: UInt16, flags: UInt8) -> [UInt8] {
        var header: [UInt8] = [address.kernelFamily, 0, 0, 0]
        header.append(native: linkIndex)
        header.append(native: state)
        header += [flags, 0]
        return header
    }
}
