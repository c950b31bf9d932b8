import Model
import Packet
import Testing

struct RuleMatcherTests {
    @Test(arguments: [
        // transport of rule, of packet, matches
        (MirrorRule.Transport.tcp, UInt8(6), true), (.tcp, 17, false), (.udp, 17, true), (.udp, 6, false),
        (.icmp, 1, true), (.icmp, 6, false), (.all, 6, true), (.all, 17, true), (.all, 1, true), (.all, 47, false),
        (.all, 58, false), (.icmp, 58, false), (.all, 132, false),
    ])
    func `transports match by the table`(_ rule: MirrorRule.Transport, _ packet: UInt8, _ expected: Bool) throws {
        #expect(try Self.rule(rule).matches(Self.tuple(packet), carriesPorts: true) == expected)
    }

    @Test func `both blocks must contain the packet's addresses`() throws {
        let tuple = try Self.tuple(6)
        let both = try Self.rule(.tcp, source: "10.0.0.0/24", destination: "10.0.1.2/32")
        #expect(both.matches(tuple, carriesPorts: true))
        #expect(try !Self.rule(.tcp, source: "10.0.1.0/24").matches(tuple, carriesPorts: true))
        #expect(try !Self.rule(.tcp, destination: "10.0.1.3/32").matches(tuple, carriesPorts: true))
    }

    @Test func `ports count for TCP and UDP alone, both ends included`() throws {
        let narrow = PortRange(first: 80, last: 81)
        for (port, expected) in [(UInt16(79), false), (80, true), (81, true), (82, false)] {
            let tuple = try Self.tuple(6, destinationPort: port)
            #expect(try Self.rule(.tcp, destinationPorts: narrow).matches(tuple, carriesPorts: true) == expected)
            #expect(try Self.rule(.all, destinationPorts: narrow).matches(tuple, carriesPorts: true))
        }
        #expect(try Self.rule(.icmp, sourcePorts: narrow).matches(Self.tuple(1), carriesPorts: false))
    }

    @Test func `a later fragment matches only ranges that cover every port`() throws {
        let tuple = try Self.tuple(17)
        func matches(_ source: PortRange, _ destination: PortRange) throws -> Bool {
            try Self.rule(.udp, sourcePorts: source, destinationPorts: destination).matches(tuple, carriesPorts: false)
        }
        let full = PortRange(first: 1, last: 65535)
        #expect(try matches(.any, .any))
        #expect(try matches(full, .any))
        #expect(try !matches(PortRange(first: 2, last: 65535), .any))
        #expect(try !matches(.any, PortRange(first: 0, last: 65534)))
        #expect(try Self.rule(.all, sourcePorts: PortRange(first: 5, last: 5)).matches(tuple, carriesPorts: false))
    }

    @Test func `IPv6 never matches`() throws {
        let address = try #require(IPAddress("2001:db8::1"))
        let tuple = FiveTuple(source: address, destination: address, transport: 6, sourcePort: 1, destinationPort: 2)
        #expect(try !Self.rule(.all).matches(tuple, carriesPorts: true))
    }

    @Test func `the first session whose first matching rule accepts gets the packet`() throws {
        let tuple = try Self.tuple(6)
        let accept = try Self.rule(.tcp)
        let reject = try Self.rule(.all, accept: false)
        func winner(_ sessions: [[MirrorRule]], _ direction: FlowDirection = .ingress) -> String? {
            let intents = sessions.enumerated().map { Self.session("tms-\($0.offset)", ingress: $0.element) }
            return RuleMatcher.firstAccepting(intents, tuple, direction: direction, carriesPorts: true)?
                .session.sessionID
        }
        #expect(winner([[reject, accept], [accept]]) == "tms-1")
        #expect(winner([[accept, reject], [accept]]) == "tms-0")
        #expect(winner([[], [reject], []]) == nil)
        #expect(winner([[accept]], .egress) == nil)
        #expect(RuleMatcher.firstMatch([reject, accept], tuple, carriesPorts: true) == reject)
    }

    private static func tuple(_ transport: UInt8, destinationPort: UInt16 = 80) throws -> FiveTuple {
        FiveTuple(
            source: try #require(IPAddress("10.0.0.1")), destination: try #require(IPAddress("10.0.1.2")),
            transport: transport, sourcePort: 40000, destinationPort: destinationPort)
    }

    private static func rule(
        _ transport: MirrorRule.Transport, accept: Bool = true, source: String = "0.0.0.0/0",
        destination: String = "0.0.0.0/0", sourcePorts: PortRange = .any, destinationPorts: PortRange = .any
    ) throws -> MirrorRule {
        MirrorRule(
            ruleID: "tmr-1", priority: 1, accept: accept, transport: transport,
            source: try #require(IPv4CIDR(source)), destination: try #require(IPv4CIDR(destination)),
            sourcePorts: sourcePorts, destinationPorts: destinationPorts)
    }

    private static func session(_ id: String, ingress: [MirrorRule]) -> MirrorIntent {
        MirrorIntent(
            sessionID: id, networkInterfaceID: "eni-1", priority: 1, vni: 1, packetLength: 1500,
            target: MirrorTargetIntent(targetID: "tmt-1", address: nil), ingressRules: ingress, egressRules: [])
    }
}
