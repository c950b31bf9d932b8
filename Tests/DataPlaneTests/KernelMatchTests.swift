import DataPlane
import Foundation
import Model
import Testing

/// What matches, held against the firewall of the kernel, whose rules mean the same and share no code.
extension KernelTests {
    /// A number that repeats in each run.
    private struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    private func randomRule(_ priority: Int, _ dice: inout Dice) throws -> MirrorRule {
        func cidr(_ second: Int) throws -> IPv4CIDR {
            let length = [22, 24, 24, 30, 31].randomElement(using: &dice) ?? 0
            let host = UInt32(198) << 24 | UInt32(second) << 16 | UInt32.random(in: 0..<4, using: &dice) << 8
            let address = host | UInt32.random(in: 0..<4, using: &dice)
            let mask = length == 0 ? 0 : UInt32.max << (32 - UInt32(length))
            return try #require(IPv4CIDR("\(IPv4Address(rawValue: address & mask))/\(length)"))
        }
        func ports(_ base: UInt16) -> PortRange {
            let first = base + UInt16.random(in: 0..<10, using: &dice)
            return PortRange(first: first, last: first + UInt16.random(in: 0..<6, using: &dice))
        }
        let transport = [MirrorRule.Transport.tcp, .udp, .udp, .icmp, .all].randomElement(using: &dice) ?? .all
        let hasPorts = transport == .tcp || transport == .udp
        return MirrorRule(
            ruleID: "r\(priority)", priority: priority, accept: Int.random(in: 0..<3, using: &dice) > 0,
            transport: transport, source: try cidr(18), destination: try cidr(19),
            sourcePorts: hasPorts && Bool.random(using: &dice) ? ports(1000) : .any,
            destinationPorts: hasPorts ? ports(2000) : .any)
    }

    private func text(_ rule: MirrorRule) -> String {
        func range(_ ports: PortRange) -> String { "\(ports.first)-\(ports.last)" }
        var words = ["ip saddr \(rule.source)", "ip daddr \(rule.destination)"]
        switch rule.transport {
        case .all: words.append("ip protocol { tcp, udp, icmp }")
        case .icmp: words.append("ip protocol icmp")
        case .tcp, .udp:
            words.append("\(rule.transport) sport \(range(rule.sourcePorts))")
            words.append("\(rule.transport) dport \(range(rule.destinationPorts))")
        }
        // Refused here is another chance at the next session.
        return words.joined(separator: " ") + " counter " + (rule.accept ? "drop" : "return")
    }

    @Test func `twelve sessions with random rules match what the firewall matches`() throws {
        let bed = try KernelTestbed()
        var dice = Dice(state: 20)
        var sessions: [MirrorIntent] = []
        for number in 1...12 {
            var rules: [MirrorRule] = []
            for priority in 1...8 { rules.append(try randomRule(priority, &dice)) }
            sessions.append(
                try KernelTestbed.session(
                    "tms-\(100 + number)", priority: number, vni: UInt32(number), ingress: [], egress: rules.shuffled())
            )
        }
        let chains = sessions.map { session in
            let rules = session.egressRules.sorted { $0.priority < $1.priority }.map { text($0) }
            return "chain \(session.sessionID) {\n\(rules.joined(separator: "\n"))\n}"
        }
        let jumps = sessions.map { "jump \($0.sessionID)" }.joined(separator: "\n")
        try bed.warmUp()
        #expect(try bed.apply(bed.bindings(), sessions.reversed()) == [])
        try bed.silenceCollector()
        try Command.run(
            "nft", "-f", "-", in: bed.router.name,
            input: "table ip reference {\n\(chains.joined(separator: "\n"))\nchain prerouting {"
                + " type filter hook prerouting priority -300; policy accept; ip saddr != 198.18.0.0/16 accept\n"
                + "\(jumps)\ncounter drop\n}\n}\n")
        try bed.frames("random", 20_000, 7)
        var expected: [UInt64] = []
        var matched: [UInt64] = []
        for session in sessions {
            let ledger = try bed.ledger(session.sessionID)
            #expect(ledger.mirroredPackets == ledger.matchedPackets)
            for rule in session.egressRules.sorted(by: { $0.priority < $1.priority }) {
                matched.append(ledger.ruleHits[rule.ruleID] ?? 0)
            }
        }
        expected = try bed.counted(in: bed.router).map(\.packets)
        let rest = expected.removeLast()
        #expect(matched == expected)
        #expect(matched.filter { $0 > 0 }.count > 40)
        let accepted = try sessions.reduce(0) { try $0 + bed.ledger($1.sessionID).matchedPackets }
        print("\(accepted) of 20000 accepted, \(rest) by nobody, rules hit: \(matched.filter { $0 > 0 }.count) of 96")
        #expect(accepted + rest == 20_000)
        #expect(try bed.counted(in: bed.collector).map(\.packets) == [accepted])
    }

    @Test func `ten sessions of one ENI and others share targets, each with its own copies`() throws {
        let bed = try KernelTestbed()
        func session(_ number: UInt16, of id: String, to target: IPv4Address) throws -> MirrorIntent {
            let ports = PortRange(first: 7000 + number % 10, last: 7000 + number % 10)
            let accepts = [try KernelTestbed.rule(transport: .udp, destinationPorts: ports)]
            var session = try KernelTestbed.session(
                "tms-\(number)", priority: Int(number) + 1, vni: UInt32(number), target: target, ingress: accepts,
                egress: accepts)
            session.networkInterfaceID = id
            return session
        }
        // web's go to two targets; the client's, which see the same packets arrive, to one of these.
        let sessions =
            try (0..<10).map {
                try session(
                    $0, of: KernelTestbed.webID,
                    to: $0 % 2 == 0 ? KernelTestbed.collectorAddress : KernelTestbed.clientAddress)
            } + (10..<20).map { try session($0, of: KernelTestbed.clientID, to: KernelTestbed.collectorAddress) }
        #expect(try bed.apply(bed.bindings(), sessions) == [])
        try bed.warmUp()
        func vni(_ number: UInt16) -> String { "udp dport 4789 @th,96,24 \(number) counter drop" }
        let numbers = sessions.indices.map { UInt16($0) }
        let toCollector = numbers.filter { $0 >= 10 || $0 % 2 == 0 }
        let toClient = numbers.filter { $0 < 10 && $0 % 2 == 1 }
        try bed.count(toCollector.map(vni).joined(separator: "\n") + "\n", in: bed.collector)
        try bed.count(toClient.map(vni).joined(separator: "\n") + "\nudp dport 7000-7009 drop\n", in: bed.client)
        for number in UInt16(0)..<10 {
            try UDPSender.send(
                100 + Int(number), bytes: 10, to: KernelTestbed.clientAddress, port: 7000 + number, in: bed.web)
        }
        for number in numbers {
            #expect(try bed.ledger("tms-\(number)").mirroredPackets == UInt64(100 + number % 10))
        }
        // The last counter of each table is that of `count` itself.
        #expect(
            try bed.counted(in: bed.collector).map(\.packets).prefix(toCollector.count)
                == ArraySlice(toCollector.map { UInt64(100 + $0 % 10) }))
        #expect(
            try bed.counted(in: bed.client).map(\.packets).prefix(toClient.count)
                == ArraySlice(toClient.map { UInt64(100 + $0 % 10) }))
    }
}
