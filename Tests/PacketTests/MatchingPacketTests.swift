import Model
import Packet
import Testing

/// The rules read forwards with reasons, and backwards: which packet falls to a session.
struct MatchingPacketTests {
    @Test func `a trace names each rule that was compared and what did not match`() throws {
        let sessions = [
            try Self.session("tms-2", priority: 2, [Self.rule("e", 1, .udp)]),
            try Self.session(
                "tms-1", priority: 1,
                [
                    Self.rule("d", 4, .udp, accept: false), Self.rule("a", 1, .tcp),
                    Self.rule("b", 2, .udp, source: "10.9.0.0/16"),
                    Self.rule("c", 3, .udp, ports: PortRange(first: 1, last: 52)),
                ]),
            try Self.session("tms-3", priority: 3, [Self.rule("f", 1, .all)]),
        ]
        let tuple = try Self.udp("10.0.0.1", 4000, "10.0.1.2", 53)
        let trace = RuleMatcher.trace(sessions, tuple, direction: .egress, carriesPorts: true)
        #expect(trace.map(\.sessionID) == ["tms-1", "tms-2"])
        #expect(trace[0].rules.map(\.rule.ruleID) == ["a", "b", "c", "d"])
        #expect(trace[0].rules.map(\.mismatch) == [.transport, .source, .destinationPort, nil])
        #expect(trace[0].decisive?.ruleID == "d")
        #expect(!trace[0].isAccepted)
        #expect(trace[1].decisive?.ruleID == "e")
        #expect(trace[1].isAccepted)
    }

    @Test func `what is never mirrored is told by its reason`() throws {
        let tunnel = MirrorTunnel(
            source: IPv4Address(rawValue: 0x0a00_0001), destination: IPv4Address(rawValue: 0x0a00_0009), vni: 7)
        func reason(_ tuple: FiveTuple, _ scope: MirrorScope = .cloud, carriesPorts: Bool = true) -> MirrorExclusion? {
            .of(tuple, carriesPorts: carriesPorts, scope: scope, tunnels: [tunnel])
        }
        #expect(reason(try Self.udp("10.0.0.1", 68, "10.0.1.2", 67)) == .dhcp)
        #expect(reason(try Self.udp("10.0.0.1", 67, "10.0.1.2", 68)) == .dhcp)
        #expect(reason(try Self.udp("10.0.0.1", 67, "10.0.1.2", 67)) == nil)
        #expect(reason(try Self.udp("10.0.0.1", 68, "10.0.1.2", 67), .everything) == nil)
        #expect(reason(try Self.udp("10.0.0.1", 1, "169.254.169.254", 80)) == .linkLocal)
        #expect(reason(try Self.udp("169.254.0.1", 1, "10.0.0.1", 80)) == .linkLocal)
        #expect(reason(try Self.udp("10.0.0.1", 1, "169.254.169.254", 80), .everything) == nil)
        #expect(reason(try Self.udp("10.0.0.1", 1, "10.0.0.9", 4789), .everything) == .copy)
        #expect(reason(try Self.udp("10.0.0.9", 1, "10.0.0.1", 4789)) == nil)
        #expect(reason(try Self.udp("2001:db8::1", 1, "2001:db8::2", 5)) == .ipv6)
    }

    @Test func `a packet is found behind rejects and earlier sessions`() throws {
        let address = IPv4Address(rawValue: 0x0a00_0001)
        func find(_ sessions: [MirrorIntent], _ id: String = "tms-1") -> (packet: FiveTuple, rule: MirrorRule)? {
            var matching = MatchingPacket(
                for: id, among: sessions, direction: .egress, addresses: [address], scope: .cloud)
            return matching.find()
        }
        let natural = try #require(find([Self.session("tms-1", priority: 1, [Self.rule("a", 1, .all)])]))
        #expect(natural.packet == (try Self.udp("10.0.0.1", 49152, "192.0.2.1", 9)))
        // An earlier session takes all but what it refuses.
        let greedy = try Self.session(
            "tms-0", priority: 1,
            [
                Self.rule("r", 1, .tcp, accept: false, ports: PortRange(first: 443, last: 443)),
                Self.rule("t", 2, .all),
            ])
        let left = try #require(find([greedy, Self.session("tms-1", priority: 2, [Self.rule("a", 1, .all)])]))
        #expect(left.packet.transport == 6 && left.packet.destinationPort == 443)
        let empty = try Self.session("tms-1", priority: 2, [])
        #expect(find([empty]) == nil)
        let shadowed = try Self.session(
            "tms-1", priority: 1, [Self.rule("n", 1, .all, accept: false), Self.rule("y", 2, .udp)])
        #expect(find([shadowed]) == nil)
        let onlyCopies = try Self.session(
            "tms-1", priority: 1, [Self.rule("v", 1, .udp, ports: PortRange(first: 4789, last: 4789))])
        #expect(find([onlyCopies]) == nil)
    }

    @Test func `a found packet falls to its session, and where none is found none of many falls to it`() throws {
        var random = SeededRandom(seed: 20)
        var found = 0
        for _ in 0..<300 {
            let sessions = try (1...Int.random(in: 1...3, using: &random)).map { number in
                try Self.session(
                    "tms-\(number)", priority: number,
                    (0..<Int.random(in: 0...4, using: &random)).map { try Self.random("r\($0)", $0 + 1, &random) })
            }
            let wanted = try #require(sessions.last).sessionID
            var matching = MatchingPacket(
                for: wanted, among: sessions, direction: .egress, addresses: [IPv4Address(rawValue: 0x0a00_0001)],
                scope: .cloud)
            if let (packet, rule) = matching.find() {
                found += 1
                let decided = RuleMatcher.firstAccepting(sessions, packet, direction: .egress, carriesPorts: true)
                #expect(decided?.session.sessionID == wanted && decided?.rule == rule)
            } else {
                for _ in 0..<2000 {
                    let tuple = Self.randomPacket(&random)
                    let decided = RuleMatcher.firstAccepting(sessions, tuple, direction: .egress, carriesPorts: true)
                    #expect(decided?.session.sessionID != wanted, "\(tuple) \(sessions)")
                }
            }
        }
        #expect((30...270).contains(found))
    }

    @Test(arguments: [UInt8(1), 6, 17])
    func `a built frame is read back with valid checksums`(_ transport: UInt8) throws {
        let ports: (UInt16, UInt16) = transport == 1 ? (0, 0) : (1234, 80)
        let tuple = FiveTuple(
            source: try #require(IPAddress("10.0.0.1")), destination: try #require(IPAddress("10.0.1.2")),
            transport: transport, sourcePort: ports.0, destinationPort: ports.1)
        for count in [0, 1, 16, 1001] {
            let bytes = try #require(FrameBuilder().frame(tuple, payload: Array(repeating: 0xa5, count: count)))
            let frame = try Frame(bytes.span.bytes)
            #expect(frame.fiveTuple == tuple)
            #expect(frame.checksumVerdict(in: bytes.span.bytes) == .valid)
            #expect(bytes.count == 14 + frame.totalLength)
            #expect(bytes.count == (try #require(FrameBuilder.headerLength(transport))) + count)
        }
        #expect(FrameBuilder().frame(tuple, payload: Array(repeating: 0, count: 70_000)) == nil)
    }

    private static func random(_ id: String, _ priority: Int, _ random: inout SeededRandom) throws -> MirrorRule {
        let transports: [MirrorRule.Transport] = [.tcp, .udp, .icmp, .all]
        let lengths = [0, 8, 23, 24, 25]
        func block() -> String {
            "10.0.\(Int.random(in: 0...1, using: &random)).0/\(lengths.randomElement(using: &random) ?? 0)"
        }
        let edges: [UInt16] = [1, 80, 443, 65535]
        func ports() -> PortRange {
            let ends = edges.shuffled(using: &random).prefix(2).sorted()
            return Bool.random(using: &random) ? .any : PortRange(first: ends[0], last: ends[1])
        }
        return try rule(
            id, priority, try #require(transports.randomElement(using: &random)),
            accept: Bool.random(using: &random), source: block(), destination: block(), sourcePorts: ports(),
            ports: ports())
    }

    private static func randomPacket(_ random: inout SeededRandom) -> FiveTuple {
        func address() -> IPAddress {
            IPAddress(IPv4Address(rawValue: 0x0a00_0000 | UInt32.random(in: 0..<0x400, using: &random)))
        }
        let transports: [UInt8] = [1, 6, 17]
        let ports: [UInt16] = [1, 79, 80, 81, 443, 444, 65535]
        let transport = transports.randomElement(using: &random) ?? 6
        func port() -> UInt16 { transport == 1 ? 0 : ports.randomElement(using: &random) ?? 1 }
        return FiveTuple(
            source: address(), destination: address(), transport: transport, sourcePort: port(), destinationPort: port()
        )
    }

    private static func udp(_ source: String, _ from: UInt16, _ destination: String, _ to: UInt16) throws -> FiveTuple {
        FiveTuple(
            source: try #require(IPAddress(source)), destination: try #require(IPAddress(destination)),
            transport: 17, sourcePort: from, destinationPort: to)
    }

    private static func rule(
        _ id: String, _ priority: Int, _ transport: MirrorRule.Transport, accept: Bool = true,
        source: String = "0.0.0.0/0", destination: String = "0.0.0.0/0", sourcePorts: PortRange = .any,
        ports: PortRange = .any
    ) throws -> MirrorRule {
        MirrorRule(
            ruleID: id, priority: priority, accept: accept, transport: transport,
            source: try #require(IPv4CIDR(source)), destination: try #require(IPv4CIDR(destination)),
            sourcePorts: sourcePorts, destinationPorts: ports)
    }

    private static func session(_ id: String, priority: Int, _ egress: [MirrorRule]) throws -> MirrorIntent {
        MirrorIntent(
            sessionID: id, networkInterfaceID: "eni-1", priority: priority, vni: 1, packetLength: 1500,
            target: MirrorTargetIntent(targetID: "tmt-1", address: nil), ingressRules: [], egressRules: egress)
    }
}
