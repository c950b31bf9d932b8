import Model
import Packet
import Testing

/// The evaluator against a second implementation that reads the state word by word for every packet.
struct FirewallPropertyTests {
    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func `evaluator and the plain reading of the state agree`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var refused = 0
        for _ in 0..<60 {
            let state = try Self.state(&random)
            let evaluator = FirewallEvaluator(state)
            let ids: [String?] = [nil] + state.interfaces.map(\.networkInterfaceID)
            for _ in 0..<60 {
                let packet = Self.packet(state, &random)
                let from = ids.randomElement(using: &random) ?? nil
                let to = ids.randomElement(using: &random) ?? nil
                let verdict = evaluator.verdict(on: packet, from: from, to: to)
                let expected = PlainFirewall(state: state).refusal(packet, from, to)
                #expect(
                    verdict.refusal.map { "\($0.networkInterfaceID) \($0.direction)" } == expected,
                    "\(packet) from \(from ?? "-") to \(to ?? "-"): \(verdict)")
                if !verdict.accepts { refused += 1 }
            }
        }
        // Both answers must have come up, or nothing was compared.
        #expect(refused > 300 && refused < 3300, "\(refused) of 3600 refused")
    }

    static let addresses = ["10.0.1.1", "10.0.1.2", "10.0.2.1", "10.1.0.1", "192.0.2.9", "fd00::1", "fd00::2"]
        .compactMap { IPAddress($0) }
    static let blocks = ["0.0.0.0/0", "10.0.0.0/16", "10.0.1.0/24", "10.0.1.1/32", "::/0", "fd00::/127"]
        .compactMap { IPCIDR($0) }
    static let transports: [FirewallState.Transport] = [.tcp, .udp, .icmp, .icmpv6, .gre, .all]
    static let ports = [PortRange.any, .init(first: 1, last: 65535), .init(first: 80, last: 90)]

    static func pick<T>(_ list: [T], _ random: inout SeededRandom) throws -> T {
        try #require(list.randomElement(using: &random))
    }

    static func state(_ random: inout SeededRandom) throws -> FirewallState {
        func rules(_ group: Int, _ random: inout SeededRandom) throws -> [FirewallState.GroupRule] {
            try (0..<Int.random(in: 0...5, using: &random)).map { number in
                FirewallState.GroupRule(
                    ruleID: "r\(group)-\(number)", priority: .random(in: 1...3, using: &random),
                    accept: .random(using: &random), transport: try pick(transports, &random),
                    ports: try pick(ports, &random),
                    peers: Array(blocks.shuffled(using: &random).prefix(.random(in: 0...2, using: &random))),
                    peerGroupID: try pick([nil, nil, "sg-0", "sg-1", "sg-9"], &random))
            }
        }
        func entries(_ random: inout SeededRandom) throws -> [FirewallState.ACLEntry] {
            try (0..<Int.random(in: 0...5, using: &random)).map { number in
                FirewallState.ACLEntry(
                    entryID: "e\(number)", accept: .random(using: &random), transport: try pick(transports, &random),
                    ports: try pick(ports, &random), peer: try pick(blocks, &random))
            }
        }
        let groups = try (0..<3).map { number in
            FirewallState.Group(
                groupID: "sg-\(number)",
                members: Array(addresses.shuffled(using: &random).prefix(.random(in: 0...3, using: &random))),
                ingress: try rules(number, &random), egress: try rules(number, &random))
        }
        let acls = try (0..<2).map { number in
            FirewallState.NetworkACL(
                aclID: "nacl-\(number)", ingress: try entries(&random), egress: try entries(&random))
        }
        let interfaces = try (0..<4).map { number in
            var interface = FirewallState.Interface(
                networkInterfaceID: "eni-\(number)", subnetID: "subnet-\(number / 2)", addresses: [],
                groupIDs: Array(
                    ["sg-0", "sg-1", "sg-2", "sg-9"].shuffled(using: &random)
                        .prefix(.random(in: 0...3, using: &random))),
                aclID: try pick([nil, "nacl-0", "nacl-1", "nacl-9"], &random))
            interface.subnetBlocks = Array(blocks[2...3].shuffled(using: &random).prefix(number / 2))
            return interface
        }
        return FirewallState(groups: groups, acls: acls, interfaces: interfaces)
    }

    static func packet(_ state: FirewallState, _ random: inout SeededRandom) -> FirewallPacket {
        let source = addresses[Int.random(in: addresses.indices, using: &random)]
        let same = addresses.filter { $0.family == source.family }
        let transport = [UInt8(1), 6, 17, 47, 58, 132][Int.random(in: 0..<6, using: &random)]
        let port = [UInt16(0), 1, 67, 68, 79, 80, 90, 91, 65535]
        let tuple = FiveTuple(
            source: source, destination: same[Int.random(in: same.indices, using: &random)], transport: transport,
            sourcePort: port[Int.random(in: port.indices, using: &random)],
            destinationPort: port[Int.random(in: port.indices, using: &random)])
        return FirewallPacket(
            tuple, carriesPorts: Int.random(in: 0..<5, using: &random) > 0,
            icmpType: [nil, 8, 128, 135][Int.random(in: 0..<4, using: &random)],
            isEstablished: Int.random(in: 0..<4, using: &random) == 0)
    }
}

/// Security groups and ACLs as their documentation reads, with nothing prepared.
private struct PlainFirewall {
    let state: FirewallState

    /// Interface and direction that refuse.
    func refusal(_ packet: FirewallPacket, _ from: String?, _ to: String?) -> String? {
        let source = state.interfaces.first { $0.networkInterfaceID == from }
        let destination = state.interfaces.first { $0.networkInterfaceID == to }
        if let source, !passes(packet, source, out: true, destination) { return "\(source.networkInterfaceID) egress" }
        if let destination, !passes(packet, destination, out: false, source) {
            return "\(destination.networkInterfaceID) ingress"
        }
        return nil
    }

    func passes(
        _ packet: FirewallPacket, _ near: FirewallState.Interface, out: Bool, _ far: FirewallState.Interface?
    ) -> Bool {
        let tuple = packet.tuple
        if tuple.transport == 58, tuple.source.family == .ipv6, packet.icmpType == 135 { return true }
        let services: [(UInt16, UInt16)] =
            tuple.source.family == .ipv4 ? [(67, 68), (68, 67)] : [(546, 547), (547, 546)]
        let ports = (tuple.sourcePort, tuple.destinationPort)
        if far == nil, tuple.transport == 17, packet.carriesPorts, services.contains(where: { $0 == ports }) {
            return true
        }
        let peer = out ? tuple.destination : tuple.source
        var crosses = true
        if let far { crosses = far.subnetID != near.subnetID }
        if far == nil { for block in near.subnetBlocks where block.contains(peer) { crosses = false } }
        if crosses, let aclID = near.aclID {
            let acl = state.acls.first { $0.aclID == aclID }
            let first = (out ? acl?.egress : acl?.ingress)?.first {
                $0.peer.contains(peer) && fits(packet, $0.transport, $0.ports)
            }
            if first?.accept != true { return false }
        }
        if near.groupIDs.isEmpty || packet.isEstablished { return true }
        var best: FirewallState.GroupRule?
        for id in near.groupIDs {
            guard let group = state.groups.first(where: { $0.groupID == id }) else { continue }
            for rule in out ? group.egress : group.ingress where fits(packet, rule.transport, rule.ports) {
                var isPeer = false
                for block in rule.peers where block.contains(peer) { isPeer = true }
                for other in state.groups where other.groupID == rule.peerGroupID && other.members.contains(peer) {
                    isPeer = true
                }
                guard isPeer else { continue }
                if let known = best, known.priority < rule.priority { continue }
                if let known = best, known.priority == rule.priority, !known.accept { continue }
                best = rule
            }
        }
        return best?.accept == true
    }

    func fits(_ packet: FirewallPacket, _ transport: FirewallState.Transport, _ ports: PortRange) -> Bool {
        let numbers: [FirewallState.Transport: UInt8] = [.tcp: 6, .udp: 17, .icmp: 1, .icmpv6: 58, .gre: 47]
        if let number = numbers[transport], number != packet.tuple.transport { return false }
        if transport != .tcp, transport != .udp { return true }
        if ports.first <= 1, ports.last == 65535 { return true }
        return packet.carriesPorts && (ports.first...ports.last).contains(packet.tuple.destinationPort)
    }
}
