public import Model

/// Finds a packet that falls to a given session: the rules read backwards.
public struct MatchingPacket {
    /// All sessions of the ENI, in ascending priority, behind one that takes what is never mirrored.
    private let sessions: [(id: String, rules: [MirrorRule])]
    private let sessionID: String
    private let direction: FlowDirection
    private let addresses: [IPv4Address]
    /// How many regions may still be looked at; rules could be made that need very many.
    private var budget = 0

    /// `sessions` are all of one ENI, whose `addresses` are used where a rule leaves the choice.
    public init(
        for sessionID: String, among sessions: [MirrorIntent], direction: FlowDirection, addresses: [IPv4Address],
        scope: MirrorScope
    ) {
        self.sessionID = sessionID
        self.direction = direction
        self.addresses = addresses
        let ordered = sessions.sorted { $0.priority < $1.priority }
        self.sessions =
            [("", Self.never(scope))]
            + ordered.map { ($0.sessionID, $0.rules(direction).sorted { $0.priority < $1.priority }) }
    }

    /// A packet that this session's rules accept and no earlier session takes, and the rule that accepts it; `nil`
    /// when there is none.
    public mutating func find() -> (packet: FiveTuple, rule: MirrorRule)? {
        guard sessions.contains(where: { $0.id == sessionID }) else { return nil }
        // From the most natural packet to any: the ENI's own address at its end, a documentation address
        // (RFC 5737) at the other, ephemeral port to discard.
        let own = addresses.map { $0.rawValue...$0.rawValue }
        let any = PacketRegion.addresses(.all)
        let documentation: ClosedRange<UInt32> = 0xc000_0201...0xc000_0201
        let unicast: ClosedRange<UInt32> = 0x0100_0000...0xdfff_ffff
        let ports: [(ClosedRange<UInt32>, ClosedRange<UInt32>)] = [
            (49152...49152, 9...9), (1...65535, 1...65535), (0...65535, 0...65535),
        ]
        for mine in own + [any] {
            for other in [documentation, unicast, any] {
                for (from, to) in ports {
                    for transport in [IPProtocol.udp, IPProtocol.tcp, IPProtocol.icmp] {
                        let none = PacketRegion.ports(transport)
                        let isICMP = transport == IPProtocol.icmp
                        let (source, destination) = direction == .egress ? (mine, other) : (other, mine)
                        budget = 4000
                        let region = PacketRegion([source, destination, isICMP ? none : from, isICMP ? none : to])
                        if let found = search(region, transport, 0, 0) { return found }
                    }
                }
            }
        }
        return nil
    }

    /// Follows one region of packets through the rules as the programs do, splitting it at each.
    private mutating func search(
        _ region: PacketRegion, _ transport: UInt8, _ session: Int, _ rule: Int
    ) -> (packet: FiveTuple, rule: MirrorRule)? {
        budget -= 1
        guard budget > 0, session < sessions.count else { return nil }
        let isWanted = sessions[session].id == sessionID
        guard rule < sessions[session].rules.count else {
            return isWanted ? nil : search(region, transport, session + 1, 0)
        }
        let candidate = sessions[session].rules[rule]
        guard let part = PacketRegion(candidate, transport: transport).flatMap(region.intersection) else {
            return search(region, transport, session, rule + 1)
        }
        if candidate.accept, isWanted { return part.packet(transport: transport).map { ($0, candidate) } }
        if !candidate.accept, !isWanted, let found = search(part, transport, session + 1, 0) { return found }
        for rest in region.subtracting(part) {
            if let found = search(rest, transport, session, rule + 1) { return found }
        }
        return nil
    }

    /// Rules for what no session gets. Any UDP packet to port 4789 might be taken for a copy.
    private static func never(_ scope: MirrorScope) -> [MirrorRule] {
        func rule(
            _ transport: MirrorRule.Transport, source: IPv4CIDR = .all, destination: IPv4CIDR = .all,
            from: PortRange = .any, to: PortRange = .any
        ) -> MirrorRule {
            MirrorRule(
                ruleID: "", priority: 0, accept: true, transport: transport, source: source, destination: destination,
                sourcePorts: from, destinationPorts: to)
        }
        let vxlan = PortRange(first: VXLANHeader.port, last: VXLANHeader.port)
        var rules = [rule(.udp, to: vxlan)]
        guard scope == .cloud, let linkLocal = IPv4CIDR(IPv4Address(rawValue: 0xa9fe_0000), length: 16) else {
            return rules
        }
        let (server, client) = (PortRange(first: 67, last: 67), PortRange(first: 68, last: 68))
        rules += [rule(.all, source: linkLocal), rule(.all, destination: linkLocal)]
        rules += [rule(.udp, from: client, to: server), rule(.udp, from: server, to: client)]
        return rules
    }
}
