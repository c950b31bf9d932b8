import Model
import Packet

/// One connection the kernel tracks, as far as the groups ask (linux/netfilter/nfnetlink_conntrack.h).
struct TrackedConnection {
    /// Its first packet, as the filter hooks saw it: destination rewriting has been done, source rewriting not yet.
    let packet: FirewallPacket
    let mark: UInt32
    /// It was expected by another connection, with which it stands and falls.
    let isRelated: Bool
    /// What names it to the kernel.
    private let original: ArraySlice<UInt8>
    private let zone: ArraySlice<UInt8>?

    private enum Attribute {
        static let original: UInt16 = 1
        static let reply: UInt16 = 2
        static let mark: UInt16 = 8
        static let master: UInt16 = 14
        static let zone: UInt16 = 18
        static let nested: UInt16 = 0x8000
        static let addresses: UInt16 = 1
        static let transport: UInt16 = 2
        static let number: UInt16 = 1
        static let sourcePort: UInt16 = 2
        static let destinationPort: UInt16 = 3
    }

    /// Reads one entry of a dump; `nil` for one that is not IP.
    init?(_ reply: NetlinkReply) {
        guard reply.type == NetfilterSocket.Message.newConnection.rawValue else { return nil }
        let attributes = reply.attributes(after: 4)
        guard let original = attributes[Attribute.original],
            let first = Self.tuple(NetlinkAttributes(original)),
            let back = attributes.nested(Attribute.reply).flatMap({ Self.tuple($0) })
        else { return nil }
        self.original = original
        let tuple = FiveTuple(
            source: first.source, destination: back.source, transport: first.transport, sourcePort: first.sourcePort,
            destinationPort: back.sourcePort)
        packet = FirewallPacket(tuple)
        mark = attributes.bigEndian(Attribute.mark) ?? 0
        isRelated = attributes[Attribute.master] != nil
        zone = attributes[Attribute.zone]
    }

    private static func tuple(_ attributes: NetlinkAttributes) -> FiveTuple? {
        guard let addresses = attributes.nested(Attribute.addresses),
            let transport = attributes.nested(Attribute.transport),
            let source = addresses.address(1) ?? addresses.address(3),
            let destination = addresses.address(2) ?? addresses.address(4),
            let number = transport[Attribute.number]?.first
        else { return nil }
        return FiveTuple(
            source: source, destination: destination, transport: number,
            sourcePort: transport.bigEndianShort(Attribute.sourcePort) ?? 0,
            destinationPort: transport.bigEndianShort(Attribute.destinationPort) ?? 0)
    }

    /// The change that gives it another mark.
    func marking(_ mark: UInt32) -> NetlinkRequest {
        var request = NetfilterSocket.request(
            .newConnection, family: packet.tuple.source.kernelFamily, flags: NetlinkFlag.acknowledge)
        request.attribute(Attribute.original | Attribute.nested, Array(original))
        if let zone { request.attribute(Attribute.zone, Array(zone)) }
        var number: [UInt8] = []
        number.append(native: mark.bigEndian)
        request.attribute(Attribute.mark, number)
        return request
    }
}
