/// A VXLAN header (RFC 7348 section 5): 8 bytes between the UDP header and the inner Ethernet frame.
public struct VXLANHeader: Sendable, Equatable {
    /// Bytes of the header.
    public static let length = 8
    /// The UDP port of VXLAN.
    public static let port: UInt16 = 4789

    /// Network identifier, 0...16777215.
    public let vni: UInt32

    /// Reads the header that `bytes` begin with; reserved bits are ignored as the RFC asks.
    ///
    /// Throws `truncated(.vxlan)`, or `malformed(.vxlan)` when the bit that makes the VNI valid is not set.
    public init(_ bytes: RawSpan) throws(PacketError) {
        guard bytes.byteCount >= Self.length else { throw .truncated(.vxlan) }
        guard bytes.load(UInt8.self, at: 0) & 0x08 != 0 else { throw .malformed(.vxlan) }
        vni = bytes.load(UInt32.self, at: 4) >> 8
    }
}
