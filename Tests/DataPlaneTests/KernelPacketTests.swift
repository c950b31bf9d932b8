import DataPlane
import Foundation
import Glibc
import Model
import Packet
import Testing

extension KernelTests {
    @Test func `a tagged frame is copied without its tag`() throws {
        let bed = try KernelTestbed()
        let session = try KernelTestbed.session(ingress: [], egress: [KernelTestbed.rule(transport: .udp)])
        #expect(try bed.apply(bed.bindings(), [session]) == [])
        try bed.warmUp()
        try bed.silenceCollector()
        let capture = try Capture(in: try #require(bed.collector.name))
        try bed.frames("vlan", 20)
        let ledger = try bed.ledger()
        let decoded = try capture.finish(expecting: 20)
        #expect(ledger.mirroredPackets == 20)
        #expect(decoded.copies == 20)
        #expect(decoded.tagged == 0)
        #expect(decoded.sizes == ["62": 20])
        #expect(decoded.bad_inner_ip == 0)
    }

    @Test func `traffic of the platform is neither copied nor logged`() throws {
        let bed = try KernelTestbed()
        // Not the router's errors about it, which are web's own.
        let session = try KernelTestbed.session(ingress: [], egress: [KernelTestbed.rule(transport: .udp)])
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"]), [session]) == [])
        try bed.warmUp()
        try bed.silenceCollector()
        try bed.frames("dhcp", 30)
        let metadata = try #require(IPv4Address("169.254.169.254"))
        try UDPSender.send(40, bytes: 10, to: metadata, port: 80, in: bed.web)
        #expect(try bed.ledger().matchedPackets == 0)
        _ = try bed.plane().drain(spool: bed.spool)
        #expect(bed.spool.sum(KernelTestbed.webID, .egress) == MemorySpool.Sum())
    }

    @Test func `nonsense does no harm and is counted`() throws {
        let bed = try KernelTestbed()
        let session = try KernelTestbed.session()
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"]), [session]) == [])
        try bed.warmUp()
        try bed.silenceCollector()
        try bed.frames("nonsense", 20_000)
        let ledger = try bed.ledger()
        let report = try bed.plane().drain(spool: bed.spool)
        print("unparsed \(report.unparsedPackets), \(report.entries) entries, matched \(ledger.matchedPackets)")
        #expect(report.unparsedPackets > 1000)
        #expect(ledger.inFlightPackets == 0)
        #expect(ledger.matchedPackets == ledger.mirroredPackets + ledger.droppedPackets)
        try UDPSender.send(10, bytes: 10, to: KernelTestbed.clientAddress, port: 7000, in: bed.web)
        #expect(try bed.ledger().matchedPackets >= ledger.matchedPackets + 10)
    }

    @Test func `flows of IPv6 are counted and never copied`() throws {
        let bed = try KernelTestbed()
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"]), [KernelTestbed.session()]) == [])
        for (namespace, name, address) in [
            (bed.router, "pw", "fd00:77::1"), (bed.web, "eth0", "fd00:77::2"),
        ] {
            let socket = try RouteSocket(in: namespace)
            let link = try #require(try socket.link(named: name))
            let ip = try #require(IPAddress(address))
            try socket.addAddress(LinkAddress(linkIndex: link.index, address: ip, prefixLength: 64))
        }
        try Command.run("ping", "-c", "5", "-i", "0.05", "-s", "2000", "-W", "5", "fd00:77::1", in: bed.web.name)
        _ = try bed.plane().drain(spool: bed.spool)
        // 2008 bytes of ICMPv6 are a fragment of 1448 and one of 560, each with 48 bytes of headers.
        let echo = bed.spool.slices.flatMap(\.entries).filter {
            $0.direction == .egress && $0.transport == 58 && $0.destination == IPAddress("fd00:77::1")
                && $0.acceptedBytes > 1000
        }
        let packets = echo.reduce(UInt64(0)) { $0 + $1.acceptedPackets }
        let bytes = echo.reduce(UInt64(0)) { $0 + $1.acceptedBytes }
        #expect(packets == 10)
        #expect(bytes == 10520)
        #expect(try bed.ledger().matchedPackets == 0)
    }

    @Test func `copies that leave through a device nobody bound are counted there`() throws {
        let bed = try KernelTestbed()
        let session = try KernelTestbed.session(ingress: [], egress: [KernelTestbed.rule(transport: .udp)])
        #expect(try bed.apply([bed.bindings()[0]], [session]) == [])
        try bed.warmUp()
        try bed.silenceCollector()
        try UDPSender.send(100, bytes: 10, to: KernelTestbed.clientAddress, port: 7000, in: bed.web)
        #expect(try bed.ledger().mirroredPackets == 100)
        #expect(try bed.plane().status.devices.contains { $0.networkInterfaceID == nil && $0.device == "pk" })
        #expect(try bed.apply(bed.bindings(), [session]) == [])
        try UDPSender.send(100, bytes: 10, to: KernelTestbed.clientAddress, port: 7000, in: bed.web)
        #expect(try bed.ledger().mirroredPackets == 200)
        #expect(try bed.plane().status.devices.allSatisfy { $0.networkInterfaceID != nil })
        #expect(try bed.counted(in: bed.collector).map(\.packets) == [200])
    }

    @Test func `copies that lost their mark on the way are still known as copies`() throws {
        let bed = try KernelTestbed()
        // The source is its own device; its copies leave through it and then cross bound ports of the router.
        let own = DeviceBinding(
            networkInterfaceID: "eni-own", namespace: bed.web.name, device: "eth0", side: .own, mac: nil,
            primaryAddress: KernelTestbed.webAddress, addresses: [IPAddress(KernelTestbed.webAddress)],
            flowLogs: [FlowLogIntent(flowLogID: "fl-1")])
        var source = try KernelTestbed.session(egress: [KernelTestbed.rule()])
        source.networkInterfaceID = "eni-own"
        var port = try KernelTestbed.session("tms-port", priority: 2, vni: 7)
        port.ingressRules = []
        let bindings = [own] + bed.bindings(flowLogs: ["fl-1"])
        try bed.warmUp()
        try bed.silenceCollector()
        #expect(try bed.apply(bindings, [source, port]) == [])
        try bed.count("udp dport 7000", in: bed.client, verdict: "drop")
        try UDPSender.send(100, bytes: 10, to: KernelTestbed.clientAddress, port: 7000, in: bed.web)
        #expect(try bed.ledger().mirroredPackets == 100)
        // The port sees the packets too, and none of the copies.
        let second = try bed.ledger("tms-port")
        #expect(second.matchedPackets == 100)
        #expect(second.mirroredPackets == 100)
        #expect(try bed.counted(in: bed.collector).map(\.packets) == [200])
        _ = try bed.plane().drain(spool: bed.spool)
        for id in ["eni-own", KernelTestbed.webID, KernelTestbed.collectorID] {
            #expect(bed.spool.sum(id, .egress, port: 4789) == MemorySpool.Sum())
            #expect(bed.spool.sum(id, .ingress, port: 4789) == MemorySpool.Sum())
        }
        #expect(bed.spool.sum("eni-own", .egress, port: 7000).accepted == 100)
    }

    @Test func `the drops of a packet that waited until its map was drained are late`() throws {
        let bed = try KernelTestbed()
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"])) == [])
        try bed.warmUp()
        _ = try bed.plane().drain(spool: bed.spool)
        // Packets for a host that does not answer wait for its address; when it is known they meet a firewall rule.
        try Command.run(
            "nft", "-f", "-", in: bed.router.name,
            input: """
                table netdev reference {
                chain egress { type filter hook egress device pc priority 0; policy accept;
                udp dport 7000 counter drop
                }
                }

                """)
        let nobody = try #require(IPv4Address("10.77.2.99"))
        try UDPSender.send(5, bytes: 10, to: nobody, port: 7000, in: bed.web)
        _ = try bed.plane().drain(spool: bed.spool)
        let socket = try RouteSocket(in: bed.router)
        let device = try #require(try socket.link(named: "pc"))
        let mac = try #require(MACAddress("02:00:00:00:00:99"))
        try socket.replaceNeighbour(IPAddress(nobody), linkIndex: device.index, mac: mac)
        let end = Date().addingTimeInterval(5)
        var late: UInt64 = 0
        repeat { late = try bed.plane().drain(spool: bed.spool).lateDrops } while late == 0 && Date() < end
        print("late \(late)")
        #expect(late == 5)
        #expect(bed.spool.sum(KernelTestbed.webID, .egress, port: 7000).accepted == 5)
    }
}
