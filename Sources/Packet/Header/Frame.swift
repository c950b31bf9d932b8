/// The headers of one Ethernet frame, read once. The frame may be cut anywhere behind its IP header.
///
///     let frame = try Frame(bytes.span.bytes)
///     if let tuple = frame.fiveTuple { count(tuple, frame.totalLength) }
public struct Frame: Sendable, Equatable {
    /// What the Ethernet header carries.
    public enum Network: Sendable, Equatable {
        case ipv4(IPv4Header)
        case ipv6(IPv6Header)
        /// Neither: see `ethernet.etherType`.
        case other
    }

    /// What the IP header carries.
    public enum Transport: Sendable, Equatable {
        case tcp(TCPHeader)
        case udp(UDPHeader)
        /// ICMP in IPv4 or ICMPv6 in IPv6.
        case icmp(ICMPHeader)
        /// Another protocol, or not IP at all.
        case other
        /// A later fragment has no transport header.
        case laterFragment
        /// The header is cut or impossible.
        case unreadable(PacketError)
    }

    public let ethernet: EthernetHeader
    public let network: Network
    public let transport: Transport
    /// Where the transport header begins; for frames without IP, where their payload begins.
    public let transportOffset: Int
    /// Whether the ports below were read: first or whole TCP and UDP packets of which 4 transport bytes are there.
    public let carriesPorts: Bool
    public let sourcePort: UInt16
    public let destinationPort: UInt16
    /// Bytes of the frame at hand.
    public let capturedLength: Int

    /// Reads the headers of the frame `bytes`.
    ///
    /// Throws `truncated` or `malformed` for Ethernet, IPv4 or IPv6; what is wrong in the transport header is told by
    /// `transport`, so that cut copies still show their addresses.
    public init(_ bytes: RawSpan) throws(PacketError) {
        let ethernet = try EthernetHeader(bytes)
        self.ethernet = ethernet
        capturedLength = bytes.byteCount
        let packet = bytes.extracting(droppingFirst: ethernet.length)
        let number: UInt8
        let isLaterFragment: Bool
        let end: Int
        switch ethernet.etherType {
        case EtherType.ipv4:
            let header = try IPv4Header(packet)
            network = .ipv4(header)
            number = header.transport
            isLaterFragment = header.fragmentOffset != 0
            transportOffset = ethernet.length + header.length
            end = header.totalLength
        case EtherType.ipv6:
            let header = try IPv6Header(packet)
            network = .ipv6(header)
            number = header.transport
            isLaterFragment = header.fragmentOffset != 0
            transportOffset = ethernet.length + header.length
            end = header.totalLength
        default:
            network = .other
            transport = .other
            transportOffset = ethernet.length
            carriesPorts = false
            sourcePort = 0
            destinationPort = 0
            return
        }
        // Ethernet pads short frames: the packet ends where its IP header says.
        let segment = bytes.extracting(transportOffset..<min(bytes.byteCount, ethernet.length + end))
        transport = isLaterFragment ? .laterFragment : Self.transport(number, segment, network: network)
        carriesPorts =
            !isLaterFragment && (number == IPProtocol.tcp || number == IPProtocol.udp) && segment.byteCount >= 4
        sourcePort = carriesPorts ? segment.load(UInt16.self, at: 0) : 0
        destinationPort = carriesPorts ? segment.load(UInt16.self, at: 2) : 0
    }

    private static func transport(_ number: UInt8, _ bytes: RawSpan, network: Network) -> Transport {
        do throws(PacketError) {
            switch (number, network) {
            case (IPProtocol.tcp, _): return .tcp(try TCPHeader(bytes))
            case (IPProtocol.udp, _): return .udp(try UDPHeader(bytes))
            case (IPProtocol.icmp, .ipv4), (IPProtocol.icmpV6, .ipv6): return .icmp(try ICMPHeader(bytes))
            default: return .other
            }
        } catch {
            return .unreadable(error)
        }
    }
}
