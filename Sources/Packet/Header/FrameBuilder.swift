public import Model

/// Writes an Ethernet frame with one IPv4 packet: TCP (ACK, PSH), UDP or an ICMP echo request, checksums included.
public struct FrameBuilder {
    public var source = MACAddress(bits: 0x0200_0000_0001)
    public var destination = MACAddress(bits: 0x0200_0000_0002)

    public init() {}

    /// Bytes in front of the payload for a transport; `nil` for one that is not written here.
    public static func headerLength(_ transport: UInt8) -> Int? {
        switch transport {
        case IPProtocol.tcp: 14 + 20 + 20
        case IPProtocol.udp, IPProtocol.icmp: 14 + 20 + 8
        default: nil
        }
    }

    /// The frame; `nil` for IPv6, other transports, and payloads that do not fit an IP packet.
    public func frame(_ tuple: FiveTuple, payload: [UInt8]) -> [UInt8]? {
        guard let from = tuple.source.ipv4, let to = tuple.destination.ipv4,
            let headers = Self.headerLength(tuple.transport),
            let total = UInt16(exactly: headers - 14 + payload.count)
        else { return nil }
        var ip: [UInt8] = [0x45, 0] + Self.bytes(total) + [0, 0, 0x40, 0, 64, tuple.transport, 0, 0]
        ip += Self.bytes(from) + Self.bytes(to)
        ip.replaceSubrange(10..<12, with: Self.bytes(Self.checksum(ip)))
        let ports = Self.bytes(tuple.sourcePort) + Self.bytes(tuple.destinationPort)
        var segment: [UInt8]
        let field: Int
        switch tuple.transport {
        case IPProtocol.tcp:
            segment = ports + [0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0]
            field = 16
        case IPProtocol.udp:
            segment = ports + Self.bytes(total &- 20) + [0, 0]
            field = 6
        default:
            segment = [8, 0, 0, 0, 0, 0, 0, 0]
            field = 2
        }
        segment += payload
        // The pseudo-header (RFC 768, RFC 9293 section 3.1); ICMP has none.
        let isICMP = tuple.transport == IPProtocol.icmp
        let pseudo = isICMP ? [] : Array(ip[12..<20]) + [0, tuple.transport] + Self.bytes(total &- 20)
        let sum = Self.checksum(pseudo + segment)
        segment.replaceSubrange(
            field..<field + 2, with: Self.bytes(sum == 0 && tuple.transport == IPProtocol.udp ? 0xffff : sum))
        return destination.octets + source.octets + [0x08, 0x00] + ip + segment
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt16 {
        var checksum = InternetChecksum()
        checksum.add(bytes.span.bytes)
        return checksum.value
    }

    private static func bytes(_ value: UInt16) -> [UInt8] {
        [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)]
    }

    private static func bytes(_ address: IPv4Address) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: address.rawValue >> UInt32(24 - 8 * $0)) }
    }
}
