public import Model

/// An Ethernet II header with up to two VLAN tags (IEEE 802.3, 802.1Q, 802.1ad).
public struct EthernetHeader: Sendable, Equatable {
    public let destination: MACAddress
    public let source: MACAddress
    /// What follows the tags; values below 1536 are an 802.3 length.
    public let etherType: UInt16
    /// Identifier of the outermost tag, 0...4095.
    public let vlan: UInt16?
    /// Bytes of the header with its tags: 14, 18 or 22.
    public let length: Int

    /// Reads the header that `bytes` begin with. Throws `truncated(.ethernet)`.
    public init(_ bytes: RawSpan) throws(PacketError) {
        guard bytes.byteCount >= 14 else { throw .truncated(.ethernet) }
        destination = MACAddress(bits: bytes.load(UInt64.self, at: 0) >> 16)
        source = MACAddress(bits: bytes.load(UInt64.self, at: 4))
        var type = bytes.load(UInt16.self, at: 12)
        var length = 14
        var vlan: UInt16?
        while type == EtherType.vlan || type == EtherType.providerVLAN, length < 22 {
            guard bytes.byteCount >= length + 4 else { throw .truncated(.ethernet) }
            if vlan == nil { vlan = bytes.load(UInt16.self, at: length) & 0x0fff }
            type = bytes.load(UInt16.self, at: length + 2)
            length += 4
        }
        etherType = type
        self.vlan = vlan
        self.length = length
    }
}
