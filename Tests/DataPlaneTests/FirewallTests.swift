import Foundation
import Glibc
import Model
import Packet
import Testing

@testable import DataPlane

@Suite(.serialized) struct FirewallTests {
    typealias Bed = FirewallTestbed

    @Test func `without groups and ACLs there is no table, and none of others is touched`() throws {
        let bed = try Bed()
        try Command.run("nft", "add table inet other", in: bed.lab.router)
        try bed.apply()
        #expect(try tables(bed) == ["other"])
        try bed.carry(Bed.db, groups: ["sg-db"])
        try bed.apply()
        #expect(try tables(bed) == ["other", "weir"])
        try bed.carry(Bed.db, groups: [])
        try bed.apply()
        #expect(try tables(bed) == ["other"])
        try bed.firewall.remove(from: bed.router)
        #expect(try tables(bed) == ["other"])
    }

    private func tables(_ bed: Bed) throws -> [String] {
        try Command.run("nft", "list", "tables", in: bed.lab.router).split(separator: "\n").compactMap {
            $0.split(separator: " ").last.map(String.init)
        }.sorted()
    }

    /// What arrives at the three instances of what all of them send to each other, against the evaluator.
    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func `the kernel lets through what the evaluator lets through`(seed: UInt64) throws {
        let bed = try Bed()
        var random = SeededRandom(seed: seed)
        for id in Bed.addresses.keys { try recordArrivals(bed, id) }
        var refused = 0
        var accepted = 0
        for _ in 0..<4 {
            try randomise(bed, &random)
            try bed.apply()
            let evaluator = FirewallEvaluator(bed.state)
            var expected: Set<String> = []
            var others: Set<String> = []
            for (source, from) in Bed.addresses {
                for (destination, to) in Bed.addresses where source != destination {
                    for (transport, port) in [(UInt8(17), UInt16(80)), (17, 81), (17, 90), (6, 80), (6, 85), (6, 443)] {
                        let packet = FirewallPacket(
                            FiveTuple(
                                source: try #require(IPAddress(from)), destination: try #require(IPAddress(to)),
                                transport: transport, sourcePort: 40000, destinationPort: port))
                        let line = "\(destination) \(transport) \(from) \(port)"
                        if evaluator.verdict(on: packet, from: source, to: destination).accepts {
                            expected.insert(line)
                        } else {
                            others.insert(line)
                        }
                        try sendFirst(bed, source, destination, transport, port)
                    }
                }
            }
            refused += others.count
            accepted += expected.count
            let arrived = try arrivals(bed, expecting: expected)
            #expect(arrived == expected, "seed \(seed): \(FirewallTable.script(bed.plan(), table: "weir"))")
            for id in Bed.addresses.keys {
                try Command.run("nft", "flush set ip arrivals seen", in: bed.namespace(id).name)
            }
        }
        #expect(refused > 10 && accepted > 10, "\(refused) refused, \(accepted) accepted: nothing was compared")
    }

    private func recordArrivals(_ bed: Bed, _ id: String) throws {
        let script = """
            table ip arrivals {
            set seen { type inet_proto . ipv4_addr . inet_service; flags dynamic; size 65535; }
            chain c { type filter hook prerouting priority -300; policy accept;
            tcp flags & (syn|ack) == syn update @seen { meta l4proto . ip saddr . th dport }
            meta l4proto udp update @seen { meta l4proto . ip saddr . th dport }
            }
            }

            """
        try Command.run("nft", "-f", "-", in: bed.namespace(id).name, input: script)
    }

    private func arrivals(_ bed: Bed, expecting expected: Set<String>) throws -> Set<String> {
        let end = Date().addingTimeInterval(5)
        while true {
            var all: Set<String> = []
            for id in Bed.addresses.keys {
                let text = try Command.run("nft", "-n", "list set ip arrivals seen", in: bed.namespace(id).name)
                let words = text.split { " \n\t{},=".contains($0) }.map(String.init)
                for index in words.indices where index + 4 < words.count && words[index + 1] == "." {
                    guard words[index + 3] == ".", UInt8(words[index]) != nil else { continue }
                    all.insert("\(id) \(words[index]) \(words[index + 2]) \(words[index + 4])")
                }
            }
            if all == expected || Date() > end { return all }
            usleep(20_000)
        }
    }

    private func sendFirst(_ bed: Bed, _ source: String, _ destination: String, _ transport: UInt8, _ port: UInt16)
        throws
    {
        if transport == 17 {
            let socket = try bed.datagramSocket(source, port: 0)
            try bed.send(socket, to: destination, port: port)
            close(socket)
        } else {
            close(try bed.connect(source, to: destination, port: port))
        }
    }

    private func randomise(_ bed: Bed, _ random: inout SeededRandom) throws {
        let blocks = ["0.0.0.0/0", "10.8.1.0/24", "10.8.1.11/32", "10.8.0.0/16"].compactMap { IPCIDR($0) }
        let ranges = [PortRange.any, .init(first: 80, last: 85), .init(first: 81, last: 81)]
        let transports: [FirewallState.Transport] = [.tcp, .udp, .all]
        func rules(_ random: inout SeededRandom) throws -> [FirewallState.GroupRule] {
            try (0..<Int.random(in: 0...4, using: &random)).map { number in
                FirewallState.GroupRule(
                    ruleID: "sgr-\(number)", priority: .random(in: 1...3, using: &random),
                    accept: Int.random(in: 0..<4, using: &random) > 0,
                    transport: try #require(transports.randomElement(using: &random)),
                    ports: try #require(ranges.randomElement(using: &random)),
                    peers: Array(blocks.shuffled(using: &random).prefix(.random(in: 0...2, using: &random))),
                    peerGroupID: ["sg-0", "sg-1", nil].randomElement(using: &random) ?? nil)
            }
        }
        func entries(_ random: inout SeededRandom) throws -> [FirewallState.ACLEntry] {
            try (0..<Int.random(in: 1...4, using: &random)).map { number in
                FirewallState.ACLEntry(
                    entryID: "e-\(number)", accept: Int.random(in: 0..<4, using: &random) > 0,
                    transport: try #require(transports.randomElement(using: &random)),
                    ports: try #require(ranges.randomElement(using: &random)),
                    peer: try #require(blocks.randomElement(using: &random)))
            }
        }
        bed.state.acls = try ["nacl-1", "nacl-2"].map {
            .init(aclID: $0, ingress: try entries(&random), egress: try entries(&random))
        }
        for (id, subnet) in [(Bed.web, "1"), (Bed.client, "1"), (Bed.db, "2")] {
            let groups = ["sg-0", "sg-1"].shuffled(using: &random).prefix(.random(in: 0...2, using: &random))
            try bed.carry(
                id, groups: Array(groups), acl: subnet == "2" || Bool.random(using: &random) ? "nacl-\(subnet)" : nil)
        }
        bed.state.groups = try ["sg-0", "sg-1"].map { id in
            let members = bed.state.interfaces.filter { $0.groupIDs.contains(id) }.flatMap(\.addresses)
            return .init(groupID: id, members: members, ingress: try rules(&random), egress: try rules(&random))
        }
    }

    @Test func `replies pass a group and not an ACL`() throws {
        let bed = try Bed()
        bed.state.groups = [try Bed.group("sg-db", ingress: [try Bed.rule("in", .udp, port: 7000)], egress: [])]
        try bed.carry(Bed.db, groups: ["sg-db"])
        try bed.apply()
        let near = try bed.datagramSocket(Bed.web, port: 7100)
        let far = try bed.datagramSocket(Bed.db, port: 7000)
        defer { [near, far].forEach { close($0) } }
        try bed.send(near, to: Bed.db, port: 7000, text: "ask")
        #expect(Bed.receive(far, until: "ask") == "ask")
        try bed.send(far, to: Bed.web, port: 7100, text: "answer")
        #expect(Bed.receive(near, until: "answer") == "answer")
        // The same conversation under an ACL that lets nothing out of the subnet.
        bed.state.acls = [.init(aclID: "nacl-1", ingress: [try Bed.entry("in", .all)], egress: [])]
        try bed.carry(Bed.db, groups: [], acl: "nacl-1")
        try bed.apply()
        try bed.send(near, to: Bed.db, port: 7000, text: "ask again")
        #expect(Bed.receive(far, until: "ask again") == "ask again")
        try bed.send(far, to: Bed.web, port: 7100, text: "refused")
        #expect(Bed.receive(near, until: "refused", within: 0.3) == "")
    }

    @Test func `a revoked connection stops in both directions, others go on, and it goes on when allowed again`() throws
    {
        let bed = try Bed()
        let other = try Bed.rule("other", .tcp, port: 7001)
        func apply(_ rules: [FirewallState.GroupRule]) throws {
            bed.state.groups = [try Bed.group("sg-db", ingress: rules)]
            try bed.apply()
        }
        try bed.carry(Bed.db, groups: ["sg-db"])
        try apply([try Bed.rule("some", .tcp, port: 7000), other])
        let listeners = try [bed.listen(Bed.db, port: 7000), bed.listen(Bed.db, port: 7001)]
        let (near, far) = try bed.connection(Bed.web, to: Bed.db, port: 7000, listener: listeners[0])
        let (stays, there) = try bed.connection(Bed.client, to: Bed.db, port: 7001, listener: listeners[1])
        defer { (listeners + [near, far, stays, there]).forEach { close($0) } }
        Bed.write(near, "one")
        #expect(Bed.receive(far, until: "one") == "one")
        try apply([other])
        // The server's end is let out by its own group, and client and router know no other reason to refuse it.
        Bed.write(far, "from the server")
        Bed.write(near, "two")
        #expect(Bed.receive(far, until: "two", within: 0.5) == "")
        #expect(Bed.receive(near, until: "from the server", within: 0.5) == "")
        Bed.write(stays, "still")
        #expect(Bed.receive(there, until: "still") == "still")
        #expect(try retransmissions(bed, Bed.client) == 0)
        try apply([try Bed.rule("some", .tcp, port: 7000), other])
        #expect(Bed.receive(far, until: "two", within: 15) == "two")
        #expect(Bed.receive(near, until: "from the server", within: 15) == "from the server")
    }

    private func retransmissions(_ bed: Bed, _ id: String) throws -> Int {
        let text = try Command.run("nstat", "-asz", "TcpRetransSegs", in: bed.namespace(id).name)
        let line = text.split(separator: "\n").first { $0.hasPrefix("TcpRetransSegs") }
        return try #require(line?.split(separator: " ").dropFirst().first.flatMap { Int($0) })
    }

    private static let refusedUnderLoad = 600_000

    @Test func `rules change under load: nothing refused gets through, nothing allowed is lost`() throws {
        let bed = try Bed()
        try bed.carry(Bed.db, groups: ["sg-db"])
        try bed.carry(Bed.web, groups: ["sg-web"])
        func apply(_ extra: UInt16) throws {
            bed.state.groups = [
                try Bed.group(
                    "sg-db", ingress: [try Bed.rule("ok", .udp, port: 7000), try Bed.rule("x", .udp, port: extra)]),
                try Bed.group("sg-web"),
            ]
            try bed.apply()
        }
        try apply(1)
        try Command.run(
            "nft", "-f", "-", in: bed.namespace(Bed.db).name,
            input: """
                table ip reference { chain c { type filter hook prerouting priority -300; policy accept;
                udp dport 7000 counter drop
                udp dport 7009 counter drop
                }
                }

                """)
        let web = bed.namespace(Bed.web)
        let to = try #require(IPv4Address("10.8.2.10"))
        let senders = DispatchGroup()
        let failed = NSLock()
        nonisolated(unsafe) var failures = 0
        for (port, count) in [(UInt16(7000), 20_000), (7009, Self.refusedUnderLoad)] {
            DispatchQueue.global().async(group: senders) {
                do {
                    try UDPSender.send(count, bytes: 32, to: to, port: port, in: web, pause: port == 7000 ? 10 : 0)
                } catch {
                    failed.withLock { failures += 1 }
                }
            }
        }
        var round: UInt16 = 2
        while senders.wait(timeout: .now()) == .timedOut {
            try apply(round)
            round += 1
        }
        #expect(failures == 0)
        let counted = try Command.run("nft", "list", "table", "ip", "reference", in: bed.namespace(Bed.db).name)
        #expect(counted.contains("udp dport 7000 counter packets 20000 "), "\(counted)")
        #expect(counted.contains("udp dport 7009 counter packets 0 "), "\(counted)")
    }

    @Test func `a table that somebody flushed, changed or deleted is noticed and made again`() throws {
        let bed = try Bed()
        bed.state.groups = [try Bed.group("sg-db")]
        try bed.carry(Bed.db, groups: ["sg-db"])
        try bed.apply()
        #expect(bed.firewall.check() == [])
        for action in ["delete table inet", "flush table inet", "flush ruleset", "flush chain inet"] {
            let name = try #require(try tables(bed).first)
            let chain = action.contains("chain") ? " forward" : ""
            let damage = action == "flush ruleset" ? action : "\(action) \(name)\(chain)"
            try Command.run("nft", damage, in: bed.lab.router)
            #expect(bed.firewall.check() == [bed.router], "\(damage)")
            try bed.apply()
            #expect(bed.firewall.check() == [])
            let result = bed.lab.shell("ip netns exec \(bed.lab.name("web")) ping -c 1 -W 1 10.8.2.10")
            #expect(result.status != 0, "after \(damage): \(result.output)")
        }
        // Other people's changes are not ours to undo, and cost no new table.
        let name = try #require(try tables(bed).first)
        let before = try Command.run("nft", "-a", "list", "table", "inet", name, in: bed.lab.router)
        try Command.run("nft", "add table inet other", in: bed.lab.router)
        #expect(bed.firewall.check() == [])
        try bed.apply()
        #expect(try Command.run("nft", "-a", "list", "table", "inet", name, in: bed.lab.router) == before)
    }

    @Test func `a new process takes over what is there, and removes it`() throws {
        let bed = try Bed()
        bed.state.groups = [try Bed.group("sg-db")]
        try bed.carry(Bed.db, groups: ["sg-db"])
        try bed.apply()
        let next = Firewall()
        try next.apply(bed.plan(), in: bed.router)
        #expect(next.check() == [])
        try Firewall().remove(from: bed.router)
        #expect(try tables(bed) == [])
        try bed.lab.ping(from: "web", to: "10.8.2.10", times: 1)
    }

    @Test func `names that nft would misread are left out, and what nft refuses is said in its words`() throws {
        for name in ["p*", "p\"; flush ruleset; #", "p 1", "", "sixteen-letters-", "p}"] {
            #expect(!FirewallPlan.isDeviceName(name), "\(name)")
        }
        let bed = try Bed()
        var plan = bed.plan()
        bed.state.groups = [try Bed.group("sg-\"; flush ruleset")]
        try bed.carry(Bed.db, groups: ["sg-\"; flush ruleset"])
        plan.state = bed.state
        plan.devices.append(.init(networkInterfaceID: "eni-db", name: "x\" : accept", side: .port, slot: nil))
        try bed.firewall.apply(plan, in: bed.router)
        #expect(try tables(bed) == ["weir"])
        #expect {
            try NFTCommand.run("add rule inet none none drop\n", in: bed.router)
        } throws: {
            "\($0)".contains("No such file")
        }
    }
}
