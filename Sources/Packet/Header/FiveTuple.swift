public import Model

/// Addresses, transport and ports of one direction of a conversation.
public struct FiveTuple: Hashable, Sendable {
    public var source: IPAddress
    public var destination: IPAddress
    /// IANA protocol number.
    public var transport: UInt8
    /// 0 for protocols without ports and for later fragments.
    public var sourcePort: UInt16
    public var destinationPort: UInt16

    public init(
        source: IPAddress, destination: IPAddress, transport: UInt8, sourcePort: UInt16 = 0, destinationPort: UInt16 = 0
    ) {
        self.source = source
        self.destination = destination
        self.transport = transport
        self.sourcePort = sourcePort
        self.destinationPort = destinationPort
    }

    /// The same conversation in the other direction.
    public var reversed: FiveTuple {
        FiveTuple(
            source: destination, destination: source, transport: transport, sourcePort: destinationPort,
            destinationPort: sourcePort)
    }
}

extension FiveTuple: CustomStringConvertible {
    /// As in `tcp 10.0.0.1.40000 > 10.0.0.2.443`, ports only for TCP and UDP.
    public var description: String {
        guard transport == IPProtocol.tcp || transport == IPProtocol.udp else {
            return "\(IPProtocol.name(transport)) \(source) > \(destination)"
        }
        return "\(IPProtocol.name(transport)) \(source).\(sourcePort) > \(destination).\(destinationPort)"
    }
}
