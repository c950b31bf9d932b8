/// A UDP header (RFC 768).
public struct UDPHeader: Sendable, Equatable {
    public let sourcePort: UInt16
    public let destinationPort: UInt16
    /// Bytes of header and payload as the header says, at least 8.
    public let length: Int
    /// 0 when the sender computed none.
    public let checksum: UInt16

    /// Reads the header that `bytes` begin with. Throws `truncated(.udp)`, or `malformed(.udp)` for a length below 8.
    public init(_ bytes: RawSpan) throws(PacketError) {
        guard bytes.byteCount >= 8 else { throw .truncated(.udp) }
        length = Int(bytes.load(UInt16.self, at: 4))
        guard length >= 8 else { throw .malformed(.udp) }
        sourcePort = bytes.load(UInt16.self, at: 0)
        destinationPort = bytes.load(UInt16.self, at: 2)
        checksum = bytes.load(UInt16.self, at: 6)
    }
}
