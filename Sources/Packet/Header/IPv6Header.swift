public import Model

/// An IPv6 header with its extension headers (RFC 8200, RFC 4302).
public struct IPv6Header: Sendable, Equatable {
    /// Bytes of the header with all extension headers that were read, at least 40.
    public let length: Int
    /// 40 + payload length, in bytes.
    public let totalLength: Int
    public let hopLimit: UInt8
    /// IANA protocol number behind the extension headers.
    public let transport: UInt8
    /// Set when there is a fragment header.
    public let isFragment: Bool
    public let moreFragments: Bool
    /// Position of this fragment in bytes, a multiple of 8.
    public let fragmentOffset: Int
    public let source: IPAddress
    public let destination: IPAddress

    /// Extension headers that are walked at most, here as in the kernel: the next one is taken for the transport.
    static let mostExtensions = 6

    /// Reads the header that `bytes` begin with and walks the extension headers. A later fragment ends the walk:
    /// what follows its fragment header is payload.
    ///
    /// Throws `truncated(.ipv6)` when a header is cut, `malformed(.ipv6)` for another version or extension headers
    /// that reach beyond the packet.
    public init(_ bytes: RawSpan) throws(PacketError) {
        guard bytes.byteCount >= 40 else { throw .truncated(.ipv6) }
        guard bytes.load(UInt8.self, at: 0) >> 4 == 6 else { throw .malformed(.ipv6) }
        totalLength = 40 + Int(bytes.load(UInt16.self, at: 4))
        hopLimit = bytes.load(UInt8.self, at: 7)
        source = IPAddress(ipv6High: bytes.load(UInt64.self, at: 8), low: bytes.load(UInt64.self, at: 16))
        destination = IPAddress(ipv6High: bytes.load(UInt64.self, at: 24), low: bytes.load(UInt64.self, at: 32))
        var next = bytes.load(UInt8.self, at: 6)
        var offset = 40
        var fragment: UInt16?
        walk: for _ in 0..<Self.mostExtensions {
            var size = 8
            switch next {
            case IPProtocol.hopByHop, IPProtocol.routing, IPProtocol.destinationOptions,
                IPProtocol.authentication, IPProtocol.fragment:
                guard bytes.byteCount >= offset + 8 else { throw .truncated(.ipv6) }
                let units = Int(bytes.load(UInt8.self, at: offset + 1))
                if next == IPProtocol.fragment {
                    fragment = bytes.load(UInt16.self, at: offset + 2)
                } else {
                    // The authentication header counts in words of 4 bytes, the others in words of 8.
                    size = next == IPProtocol.authentication ? (units + 2) * 4 : (units + 1) * 8
                }
            default: break walk
            }
            guard totalLength >= offset + size else { throw .malformed(.ipv6) }
            guard bytes.byteCount >= offset + size else { throw .truncated(.ipv6) }
            next = bytes.load(UInt8.self, at: offset)
            offset += size
            if let fragment, fragment & 0xfff8 != 0 { break }
        }
        length = offset
        transport = next
        isFragment = fragment != nil
        moreFragments = (fragment ?? 0) & 1 != 0
        fragmentOffset = Int((fragment ?? 0) & 0xfff8)
    }
}
