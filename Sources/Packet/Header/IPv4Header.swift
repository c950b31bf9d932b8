public import Model

/// An IPv4 header (RFC 791).
public struct IPv4Header: Sendable, Equatable {
    /// Bytes of the header with its options, 20...60.
    public let length: Int
    /// Bytes of the whole packet as the header says, at least `length`.
    public let totalLength: Int
    public let identification: UInt16
    public let dontFragment: Bool
    public let moreFragments: Bool
    /// Position of this fragment in bytes, a multiple of 8.
    public let fragmentOffset: Int
    public let timeToLive: UInt8
    /// IANA protocol number.
    public let transport: UInt8
    public let checksum: UInt16
    public let source: IPv4Address
    public let destination: IPv4Address

    /// Reads the header that `bytes` begin with; the payload may be cut.
    ///
    /// Throws `truncated(.ipv4)` when the header is cut, `malformed(.ipv4)` for another version or impossible lengths.
    public init(_ bytes: RawSpan) throws(PacketError) {
        guard bytes.byteCount >= 20 else { throw .truncated(.ipv4) }
        let first = bytes.load(UInt8.self, at: 0)
        length = Int(first & 0x0f) * 4
        totalLength = Int(bytes.load(UInt16.self, at: 2))
        guard first >> 4 == 4, length >= 20, totalLength >= length else { throw .malformed(.ipv4) }
        guard bytes.byteCount >= length else { throw .truncated(.ipv4) }
        identification = bytes.load(UInt16.self, at: 4)
        let fragment = bytes.load(UInt16.self, at: 6)
        dontFragment = fragment & 0x4000 != 0
        moreFragments = fragment & 0x2000 != 0
        fragmentOffset = Int(fragment & 0x1fff) * 8
        timeToLive = bytes.load(UInt8.self, at: 8)
        transport = bytes.load(UInt8.self, at: 9)
        checksum = bytes.load(UInt16.self, at: 10)
        source = IPv4Address(rawValue: bytes.load(UInt32.self, at: 12))
        destination = IPv4Address(rawValue: bytes.load(UInt32.self, at: 16))
    }

    /// Whether this is one of several fragments, the first included.
    public var isFragment: Bool { moreFragments || fragmentOffset != 0 }
}
