import CloudAPI
import Model
import Packet
import Store

/// What becomes of one packet at one ENI: which session and rule take it, and what of it gets where.
///
/// It reads what the ENI's host is told and compares by the matcher that is tested against the programs.
struct ExplainPacket: ReadAction, WeirAction {
    struct Request: ActionRequest {
        var networkInterfaceID = ""
        var direction = TrafficDirection.egress
        var transport: UInt8?
        var source: IPAddress?
        var destination: IPAddress?
        var sourcePort: Int?
        var destinationPort: Int?
        /// Bytes of the IP packet.
        var length = 1500
        var isFragment = false
        var isEstablished = false
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("NetworkInterfaceId", \.networkInterfaceID, .text),
                .required("Direction", \.direction, .choice()),
                .required("Protocol", \.transport, .parsed { Self.transport($0) }),
                .required("SourceIpAddress", \.source, .parsed { IPAddress($0) }),
                .required("DestinationIpAddress", \.destination, .parsed { IPAddress($0) }),
                .optional("SourcePort", \.sourcePort, .range(0...65535)),
                .optional("DestinationPort", \.destinationPort, .range(0...65535)),
                .optional("Length", \.length, .range(20...65535)),
                .optional("LaterFragment", \.isFragment, .flag),
                .optional("Established", \.isEstablished, .flag),
            ]
        }

        /// A name or an IANA number.
        private static func transport(_ text: String) -> UInt8? {
            let names = [
                "tcp": IPProtocol.tcp, "udp": IPProtocol.udp, "icmp": IPProtocol.icmp, "icmpv6": IPProtocol.icmpV6,
            ]
            return names[text.lowercased()] ?? UInt8(text)
        }

        func validate() throws(APIError) {
            if source?.family != destination?.family { throw .invalidParameter("DestinationIpAddress") }
            guard hasPorts else { return }
            if sourcePort == nil { throw .missing("SourcePort") }
            if destinationPort == nil { throw .missing("DestinationPort") }
        }

        /// Whether the packet carries ports.
        var hasPorts: Bool { (transport == IPProtocol.tcp || transport == IPProtocol.udp) && !isFragment }

        var tuple: FiveTuple? {
            guard let source, let destination, let transport else { return nil }
            return FiveTuple(
                source: source, destination: destination, transport: transport,
                sourcePort: hasPorts ? UInt16(clamping: sourcePort ?? 0) : 0,
                destinationPort: hasPorts ? UInt16(clamping: destinationPort ?? 0) : 0)
        }
    }
    typealias Response = PacketExplanation
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> PacketExplanation {
        guard let tuple = request.tuple else { throw APIError.invalidParameter("Protocol") }
        let interface = try call.find(
            NetworkInterface.self, request.networkInterfaceID, tx,
            or: .notFound("EniId", "elastic network interface"))
        return try PacketExplainer(interface, request, tuple, call, tx).explanation()
    }
}
