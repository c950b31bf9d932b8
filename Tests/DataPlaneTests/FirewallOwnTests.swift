import DataPlane
import Foundation
import Glibc
import Model
import Testing

extension FirewallTests {
    /// The plan of a host whose own device is the interface: db's end, in db's namespace.
    private func ownPlan(_ bed: FirewallTestbed) -> FirewallPlan {
        FirewallPlan(
            devices: [.init(networkInterfaceID: FirewallTestbed.db, name: "eth0", side: .own, slot: nil)],
            state: bed.state)
    }

    @Test func `a device that is the interface itself is held to its groups both ways, loopback is not`() throws {
        let bed = try FirewallTestbed()
        bed.state.groups = [
            try FirewallTestbed.group(
                "sg-db", ingress: [try FirewallTestbed.rule("in", .udp, port: 7000)],
                egress: [try FirewallTestbed.rule("out", .udp, port: 7100)])
        ]
        try bed.carry(FirewallTestbed.db, groups: ["sg-db"])
        let host = bed.namespace(FirewallTestbed.db)
        try bed.firewall.apply(ownPlan(bed), in: host)
        let web = try bed.datagramSocket(FirewallTestbed.web, port: 7100)
        let others = try [7000, 7001].map { try bed.datagramSocket(FirewallTestbed.db, port: $0) }
        defer { ([web] + others).forEach { close($0) } }
        try bed.send(web, to: FirewallTestbed.db, port: 7001, text: "refused")
        try bed.send(web, to: FirewallTestbed.db, port: 7000, text: "in")
        #expect(FirewallTestbed.receive(others[0], until: "in") == "in")
        #expect(FirewallTestbed.receive(others[1], until: "refused", within: 0.2) == "")
        try bed.send(others[1], to: FirewallTestbed.web, port: 7100, text: "out")
        #expect(FirewallTestbed.receive(web, until: "out") == "out")
        // To itself a host speaks as it likes.
        try bed.send(others[0], to: FirewallTestbed.db, port: 7001, text: "self")
        #expect(FirewallTestbed.receive(others[1], until: "self") == "self")
        #expect(bed.lab.shell("ip netns exec \(bed.lab.name("db")) ping -c 1 -W 1 10.8.1.10").status != 0)
        try bed.firewall.remove(from: host)
        try bed.lab.ping(from: "db", to: "10.8.1.10", times: 1)
    }

    @Test func `copies on their way are let in where sessions send them`() throws {
        let bed = try FirewallTestbed()
        bed.state.groups = [try FirewallTestbed.group("sg-db")]
        try bed.carry(FirewallTestbed.db, groups: ["sg-db"])
        var plan = ownPlan(bed)
        plan.tunnels = [
            MirrorTunnel(
                source: try #require(IPv4Address("10.8.1.10")), destination: try #require(IPv4Address("10.8.2.10")),
                vni: 7)
        ]
        try bed.firewall.apply(plan, in: bed.namespace(FirewallTestbed.db))
        let collector = try bed.datagramSocket(FirewallTestbed.db, port: 4789)
        let senders = try [FirewallTestbed.web, FirewallTestbed.client].map { try bed.datagramSocket($0, port: 0) }
        defer { (senders + [collector]).forEach { close($0) } }
        try bed.send(senders[1], to: FirewallTestbed.db, port: 4789, text: "not a copy")
        try bed.send(senders[0], to: FirewallTestbed.db, port: 4789, text: "copy")
        #expect(FirewallTestbed.receive(collector, until: "copy", within: 2) == "copy")
    }

    @Test func `a port is not made while its rules cannot be, and those that are there stay`() throws {
        let bed = try FirewallTestbed()
        let router = try RouteSocket(in: bed.router)
        try router.deleteLink(index: try #require(try router.link(named: "pdb")).index)
        let unguarded = [FirewallTestbed.db: "no nft", FirewallTestbed.web: "no nft"]
        let failures = Lab().apply(bed.lab.state) { unguarded }
        #expect(failures == [.init(resourceID: FirewallTestbed.db, reason: "no nft")])
        #expect(try router.link(named: "pdb") == nil)
        try bed.lab.ping(from: "web", to: "10.8.1.11", times: 1)
        #expect(Lab().apply(bed.lab.state) == [])
        try bed.lab.ping(from: "web", to: "10.8.2.10", times: 1)
    }
}
