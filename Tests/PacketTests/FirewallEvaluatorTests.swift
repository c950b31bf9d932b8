import Model
import Packet
import Testing

/// Two interfaces in one subnet, one in another, and what becomes of packets between them.
struct FirewallEvaluatorTests {
    static let a = "eni-a"
    static let b = "eni-b"
    static let c = "eni-c"

    static func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    static func rule(
        _ id: String, at priority: Int = 1, accept: Bool = true, _ transport: FirewallState.Transport = .all,
        ports: PortRange = .any, peers: [String] = ["0.0.0.0/0", "::/0"], group: String? = nil
    ) throws -> FirewallState.GroupRule {
        FirewallState.GroupRule(
            ruleID: id, priority: priority, accept: accept, transport: transport, ports: ports,
            peers: try peers.map { try #require(IPCIDR($0)) }, peerGroupID: group)
    }

    static func entry(
        _ id: String, accept: Bool = true, _ transport: FirewallState.Transport = .all, ports: PortRange = .any,
        peer: String = "0.0.0.0/0"
    ) throws -> FirewallState.ACLEntry {
        FirewallState.ACLEntry(
            entryID: id, accept: accept, transport: transport, ports: ports, peer: try #require(IPCIDR(peer)))
    }

    static func interface(_ id: String, _ subnet: Int, _ host: Int, groups: [String] = [], acl: String? = nil) throws
        -> FirewallState.Interface
    {
        var interface = FirewallState.Interface(
            networkInterfaceID: id, subnetID: "subnet-\(subnet)",
            addresses: [try address("10.0.\(subnet).\(host)"), try address("fd00:\(subnet)::\(host)")],
            groupIDs: groups, aclID: acl)
        interface.subnetBlocks = [
            try #require(IPCIDR("10.0.\(subnet).0/24")), try #require(IPCIDR("fd00:\(subnet)::/64")),
        ]
        return interface
    }

    static func packet(
        _ source: String = "10.0.1.1", _ destination: String = "10.0.1.2", _ transport: UInt8 = 6, port: UInt16 = 443,
        established: Bool = false
    ) throws -> FirewallPacket {
        FirewallPacket(
            FiveTuple(
                source: try address(source), destination: try address(destination), transport: transport,
                sourcePort: 40000, destinationPort: port), isEstablished: established)
    }

    /// b carries a group with these ingress rules; everything may leave.
    static func guardingB(_ ingress: [FirewallState.GroupRule], members: [String] = []) throws -> FirewallEvaluator {
        let group = FirewallState.Group(
            groupID: "sg-b", members: try members.map(address), ingress: ingress, egress: [try rule("out")])
        return FirewallEvaluator(
            FirewallState(
                groups: [group], interfaces: [try interface(a, 1, 1), try interface(b, 1, 2, groups: ["sg-b"])]))
    }

    @Test func `without groups and ACLs everything passes, unasked`() throws {
        let evaluator = FirewallEvaluator(
            FirewallState(interfaces: [try Self.interface(Self.a, 1, 1), try Self.interface(Self.b, 2, 2)]))
        let verdict = try evaluator.verdict(on: Self.packet(), from: Self.a, to: Self.b)
        #expect(verdict.accepts && verdict.checks.isEmpty)
        #expect(verdict.description == "accepted: no security group and no network ACL on the way")
    }

    @Test func `what no rule matches is refused, in both directions`() throws {
        let evaluator = try Self.guardingB([])
        let refused = try evaluator.verdict(on: Self.packet(), from: Self.a, to: Self.b)
        #expect(refused.refusal?.reason == .noGroupRule(groupIDs: ["sg-b"]))
        #expect(refused.description == "refused at the ingress of eni-b: no rule of security group sg-b matches")
        #expect(try evaluator.verdict(on: Self.packet(), from: Self.b, to: Self.a).accepts)
        #expect(try evaluator.groupsRefuse(connection: Self.packet(), from: Self.a, to: Self.b) == .ingress)
        #expect(try evaluator.groupsRefuse(connection: Self.packet(), from: Self.b, to: Self.a) == nil)
        let group = FirewallState.Group(groupID: "sg-1", members: [], ingress: [try Self.rule("in")], egress: [])
        let mute = FirewallEvaluator(
            FirewallState(groups: [group], interfaces: [try Self.interface(Self.a, 1, 1, groups: ["sg-1"])]))
        #expect(try mute.verdict(on: Self.packet(), from: Self.a, to: nil).refusal?.direction == .egress)
        #expect(try mute.groupsRefuse(connection: Self.packet(), from: Self.a, to: nil) == .egress)
    }

    @Test func `an established connection passes groups`() throws {
        let verdict = try Self.guardingB([]).verdict(
            on: Self.packet(established: true), from: Self.a, to: Self.b)
        #expect(verdict.checks.map(\.reason) == [.established])
    }

    @Test(arguments: [
        // transport of the rule, of the packet, matches
        (FirewallState.Transport.tcp, UInt8(6), true), (.tcp, 17, false), (.udp, 17, true), (.udp, 6, false),
        (.icmp, 1, true), (.icmp, 58, false), (.icmpv6, 58, true), (.icmpv6, 1, false), (.gre, 47, true),
        (.gre, 6, false), (.all, 6, true), (.all, 132, true), (.all, 47, true),
    ])
    func `transports match by number`(_ rule: FirewallState.Transport, _ packet: UInt8, _ expected: Bool) throws {
        let evaluator = try Self.guardingB([try Self.rule("r", rule)])
        #expect(
            try evaluator.verdict(on: Self.packet("10.0.1.1", "10.0.1.2", packet), from: Self.a, to: Self.b).accepts
                == expected)
    }

    @Test func `ports count for TCP and UDP alone, both ends included`() throws {
        let narrow = PortRange(first: 80, last: 81)
        for (port, expected) in [(UInt16(79), false), (80, true), (81, true), (82, false)] {
            for transport in [UInt8(6), 17] {
                let rule = try Self.rule("r", transport == 6 ? .tcp : .udp, ports: narrow)
                let packet = try Self.packet("10.0.1.1", "10.0.1.2", transport, port: port)
                #expect(
                    try Self.guardingB([rule]).verdict(on: packet, from: Self.a, to: Self.b).accepts == expected)
            }
            let all = try Self.rule("r", .all, ports: narrow)
            #expect(
                try Self.guardingB([all]).verdict(on: Self.packet(port: port), from: Self.a, to: Self.b).accepts)
        }
    }

    @Test func `a later fragment matches only rules that cover every port`() throws {
        var packet = try Self.packet()
        packet.carriesPorts = false
        packet.tuple.destinationPort = 0
        for (ports, expected) in [
            (PortRange.any, true), (PortRange(first: 1, last: 65535), true), (PortRange(first: 443, last: 443), false),
        ] {
            let evaluator = try Self.guardingB([try Self.rule("r", .tcp, ports: ports)])
            #expect(evaluator.verdict(on: packet, from: Self.a, to: Self.b).accepts == expected)
        }
    }

    @Test func `peers are blocks of the packet's family or members of a group; neither is nobody`() throws {
        func accepts(_ rule: FirewallState.GroupRule, from source: String, members: [String] = []) throws -> Bool {
            let target = source.contains(":") ? "fd00:1::2" : "10.0.1.2"
            return try Self.guardingB([rule], members: members).verdict(
                on: Self.packet(source, target), from: nil, to: Self.b
            ).accepts
        }
        #expect(try accepts(Self.rule("r", peers: ["10.9.0.0/16"]), from: "10.9.255.255"))
        #expect(try !accepts(Self.rule("r", peers: ["10.9.0.0/16"]), from: "10.10.0.0"))
        #expect(try !accepts(Self.rule("r", peers: ["0.0.0.0/0"]), from: "fd00:9::1"))
        #expect(try accepts(Self.rule("r", peers: ["fd00:9::/32"]), from: "fd00:9::1"))
        #expect(try !accepts(Self.rule("r", peers: []), from: "10.9.0.1"))
        let own = try Self.rule("r", peers: [], group: "sg-b")
        #expect(try accepts(own, from: "10.9.0.1", members: ["10.9.0.1", "fd00:9::1"]))
        #expect(try accepts(own, from: "fd00:9::1", members: ["10.9.0.1", "fd00:9::1"]))
        #expect(try !accepts(own, from: "10.9.0.2", members: ["10.9.0.1"]))
        #expect(try !accepts(Self.rule("r", peers: [], group: "sg-unknown"), from: "10.9.0.1"))
        #expect(try accepts(Self.rule("r", peers: ["10.8.0.0/16"], group: "sg-b"), from: "10.8.0.1"))
    }

    @Test func `rules of all groups are one list by priority, drop before accept at equal priority`() throws {
        func decider(_ first: [FirewallState.GroupRule], _ second: [FirewallState.GroupRule]) throws -> String? {
            let groups = [("sg-1", first), ("sg-2", second)].map {
                FirewallState.Group(groupID: $0.0, members: [], ingress: $0.1, egress: [])
            }
            let evaluator = FirewallEvaluator(
                FirewallState(
                    groups: groups, interfaces: [try Self.interface(Self.b, 1, 2, groups: ["sg-1", "sg-2"])]))
            guard
                case .groupRule(_, let id, _) = try evaluator.verdict(on: Self.packet(), from: nil, to: Self.b)
                    .checks.first?.reason
            else { return nil }
            return id
        }
        #expect(try decider([Self.rule("late", at: 5)], [Self.rule("early", at: 4, accept: false)]) == "early")
        #expect(try decider([Self.rule("early", at: 4)], [Self.rule("late", at: 5, accept: false)]) == "early")
        #expect(try decider([Self.rule("yes", at: 4)], [Self.rule("no", at: 4, accept: false)]) == "no")
        #expect(try decider([Self.rule("udp", at: 1, .udp), Self.rule("tcp", at: 9, .tcp)], []) == "tcp")
        #expect(try decider([Self.rule("udp", at: 1, .udp)], []) == nil)
    }

    @Test func `ACLs ask packets that cross subnets, replies included, the first entry decides`() throws {
        let acl = FirewallState.NetworkACL(
            aclID: "nacl-1", ingress: [try Self.entry("in-no", accept: false, .tcp, ports: .init(first: 1, last: 99))],
            egress: [try Self.entry("out")])
        let evaluator = FirewallEvaluator(
            FirewallState(
                acls: [acl],
                interfaces: [
                    try Self.interface(Self.a, 1, 1, acl: "nacl-1"), try Self.interface(Self.b, 1, 2, acl: "nacl-1"),
                    try Self.interface(Self.c, 2, 3),
                ]))
        #expect(try evaluator.verdict(on: Self.packet(), from: Self.a, to: Self.b).checks.isEmpty)
        let out = try evaluator.verdict(on: Self.packet("10.0.1.1", "10.0.2.3"), from: Self.a, to: Self.c)
        #expect(out.checks.map(\.reason) == [.aclEntry(aclID: "nacl-1", entryID: "out", accepts: true)])
        let reply = try Self.packet("10.0.2.3", "10.0.1.1", established: true)
        #expect(
            evaluator.verdict(on: reply, from: Self.c, to: Self.a).refusal?.reason == .noACLEntry(aclID: "nacl-1"))
        let low = try Self.packet("10.0.2.3", "10.0.1.1", port: 99)
        #expect(
            evaluator.verdict(on: low, from: Self.c, to: Self.a).description
                == "refused at the ingress of eni-a: entry in-no of network ACL nacl-1")
        // From outside: by the address.
        #expect(try evaluator.verdict(on: Self.packet("10.0.1.77", "10.0.1.1"), from: nil, to: Self.a).accepts)
        #expect(try !evaluator.verdict(on: Self.packet("192.0.2.1", "10.0.1.1"), from: nil, to: Self.a).accepts)
        #expect(evaluator.groupsRefuse(connection: low, from: Self.c, to: Self.a) == nil)
    }

    @Test func `an ACL that is missing refuses, a group that is missing has no rules`() throws {
        let evaluator = FirewallEvaluator(
            FirewallState(interfaces: [
                try Self.interface(Self.a, 1, 1, acl: "nacl-gone"),
                try Self.interface(Self.b, 1, 2, groups: ["sg-gone"]),
            ]))
        #expect(try !evaluator.verdict(on: Self.packet("10.0.1.1", "10.0.2.3"), from: Self.a, to: nil).accepts)
        #expect(try !evaluator.verdict(on: Self.packet(), from: Self.a, to: Self.b).accepts)
    }

    @Test func `neighbour discovery and DHCP pass, and nothing that looks like them`() throws {
        let evaluator = try Self.guardingB([])
        for type in [UInt8(133), 134, 135, 136, 137] {
            var packet = try Self.packet("fd00:1::1", "fd00:1::2", 58)
            packet.icmpType = type
            #expect(evaluator.verdict(on: packet, from: nil, to: Self.b).checks.map(\.reason) == [.linkService])
        }
        var echo = try Self.packet("fd00:1::1", "fd00:1::2", 58)
        echo.icmpType = 128
        #expect(!evaluator.verdict(on: echo, from: nil, to: Self.b).accepts)
        var offer = try Self.packet("10.0.1.254", "10.0.1.2", 17, port: 68)
        offer.tuple.sourcePort = 67
        #expect(evaluator.verdict(on: offer, from: nil, to: Self.b).accepts)
        #expect(!evaluator.verdict(on: offer, from: Self.a, to: Self.b).accepts)
        offer.tuple.destinationPort = 69
        #expect(!evaluator.verdict(on: offer, from: nil, to: Self.b).accepts)
    }
}
