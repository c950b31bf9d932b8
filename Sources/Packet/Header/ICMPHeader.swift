/// The common head of an ICMP or ICMPv6 message (RFC 792, RFC 4443).
public struct ICMPHeader: Sendable, Equatable {
    public let type: UInt8
    public let code: UInt8
    public let checksum: UInt16

    /// Reads the header that `bytes` begin with. Throws `truncated(.icmp)` for fewer than 8 bytes.
    public init(_ bytes: RawSpan) throws(PacketError) {
        guard bytes.byteCount >= 8 else { throw .truncated(.icmp) }
        type = bytes.load(UInt8.self, at: 0)
        code = bytes.load(UInt8.self, at: 1)
        checksum = bytes.load(UInt16.self, at: 2)
    }
}
