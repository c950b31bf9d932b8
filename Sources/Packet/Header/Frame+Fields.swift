import Model

extension Frame {
    /// Bytes of the whole IP packet as its header says, whatever was captured; 0 for frames without IP.
    public var totalLength: Int {
        switch network {
        case .ipv4(let header): header.totalLength
        case .ipv6(let header): header.totalLength
        case .other: 0
        }
    }

    /// IANA protocol number; `nil` for frames without IP.
    public var transportNumber: UInt8? {
        switch network {
        case .ipv4(let header): header.transport
        case .ipv6(let header): header.transport
        case .other: nil
        }
    }

    /// Whether the packet goes on beyond the bytes at hand.
    public var isTruncated: Bool { capturedLength < ethernet.length + totalLength }

    /// Whether the packet is one of several fragments, the first included.
    public var isFragment: Bool {
        switch network {
        case .ipv4(let header): header.isFragment
        case .ipv6(let header): header.isFragment
        case .other: false
        }
    }

    /// Bytes behind the transport header as the IP header says; `nil` when there is no readable transport header.
    public var payloadLength: Int? {
        let size = ethernet.length + totalLength - transportOffset
        return switch transport {
        case .tcp(let header): max(0, size - header.length)
        case .udp: max(0, size - 8)
        case .icmp: size
        case .other, .laterFragment, .unreadable: nil
        }
    }

    /// The conversation the packet belongs to; `nil` for frames without IP. Ports are 0 where there are none.
    public var fiveTuple: FiveTuple? {
        switch network {
        case .ipv4(let header):
            FiveTuple(
                source: IPAddress(header.source), destination: IPAddress(header.destination),
                transport: header.transport, sourcePort: sourcePort, destinationPort: destinationPort)
        case .ipv6(let header):
            FiveTuple(
                source: header.source, destination: header.destination, transport: header.transport,
                sourcePort: sourcePort, destinationPort: destinationPort)
        case .other: nil
        }
    }
}
