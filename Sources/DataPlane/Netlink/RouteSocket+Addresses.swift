import Glibc
import Model

extension RouteSocket {
    /// All addresses of the namespace, or of one device.
    public func addresses(linkIndex: UInt32? = nil) throws(NetlinkError) -> [LinkAddress] {
        let request = NetlinkRequest(.getAddress, flags: NetlinkFlag.dump, fixed: [UInt8](repeating: 0, count: 8))
        return try dump(request, "list addresses in \(namespace)").compactMap { LinkAddress($0) }
            .filter { linkIndex == nil || $0.linkIndex == linkIndex }
    }

    /// Adds an address; nothing happens when the device has it.
    public func addAddress(_ address: LinkAddress) throws(NetlinkError) {
        do {
            try change(
                request(.newAddress, NetlinkFlag.create | NetlinkFlag.exclusive, address),
                "add address \(address.address)/\(address.prefixLength)")
        } catch  where error.code == EEXIST {
        }
    }

    /// Deletes an address; nothing happens when the device has it not.
    public func deleteAddress(_ address: LinkAddress) throws(NetlinkError) {
        do {
            try change(
                request(.deleteAddress, 0, address), "delete address \(address.address)/\(address.prefixLength)")
        } catch  where error.code == EADDRNOTAVAIL {
        }
    }

    private func request(_ type: NetlinkType, _ flags: UInt16, _ address: LinkAddress) -> NetlinkRequest {
        // struct ifaddrmsg: family, prefix length, flags, scope, index.
        let flag = address.address.family == .ipv6 ? AddressAttribute.withoutDetection : 0
        var header: [UInt8] = [address.address.kernelFamily, UInt8(clamping: address.prefixLength), flag, 0]
        header.append(native: address.linkIndex)
        var request = NetlinkRequest(type, flags: flags | NetlinkFlag.acknowledge, fixed: header)
        request.attribute(AddressAttribute.local, address.address)
        request.attribute(AddressAttribute.address, address.address)
        return request
    }
}
