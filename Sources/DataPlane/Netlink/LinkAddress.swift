public import Model

/// An address of a device, with the length of its on-link prefix.
public struct LinkAddress: Sendable, Hashable {
    public var linkIndex: UInt32
    public var address: IPAddress
    /// 0...32 for IPv4, 0...128 for IPv6.
    public var prefixLength: Int

    public init(linkIndex: UInt32, address: IPAddress, prefixLength: Int) {
        self.linkIndex = linkIndex
        self.address = address
        self.prefixLength = prefixLength
    }

    init?(_ reply: NetlinkReply) {
        guard reply.type == NetlinkType.newAddress.rawValue, let index = reply.payload.native(UInt32.self, at: 4),
            let length = reply.payload.native(UInt8.self, at: 1)
        else { return nil }
        let attributes = reply.attributes(after: 8)
        // On a point-to-point link IFA_ADDRESS is the far end; IFA_LOCAL is ours.
        guard let address = attributes.address(AddressAttribute.local) ?? attributes.address(AddressAttribute.address)
        else { return nil }
        self.init(linkIndex: index, address: address, prefixLength: Int(length))
    }
}
