/// A TCP header (RFC 9293) without its options.
public struct TCPHeader: Sendable, Equatable {
    public let sourcePort: UInt16
    public let destinationPort: UInt16
    public let sequence: UInt32
    public let acknowledgement: UInt32
    /// Bytes of the header with its options, 20...60; the options may lie beyond the bytes at hand.
    public let length: Int
    public let flags: TCPFlags
    public let window: UInt16
    public let checksum: UInt16

    /// Reads the header that `bytes` begin with.
    ///
    /// Throws `truncated(.tcp)` for fewer than 20 bytes, `malformed(.tcp)` for a data offset below 5.
    public init(_ bytes: RawSpan) throws(PacketError) {
        guard bytes.byteCount >= 20 else { throw .truncated(.tcp) }
        length = Int(bytes.load(UInt8.self, at: 12) >> 4) * 4
        guard length >= 20 else { throw .malformed(.tcp) }
        sourcePort = bytes.load(UInt16.self, at: 0)
        destinationPort = bytes.load(UInt16.self, at: 2)
        sequence = bytes.load(UInt32.self, at: 4)
        acknowledgement = bytes.load(UInt32.self, at: 8)
        flags = TCPFlags(rawValue: bytes.load(UInt8.self, at: 13))
        window = bytes.load(UInt16.self, at: 14)
        checksum = bytes.load(UInt16.self, at: 16)
    }
}
