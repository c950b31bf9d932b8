import DataPlane
import Foundation
import Glibc
import Model
import Packet
import Testing

extension KernelTests {
    private func session(_ id: String, _ priority: Int, _ rule: MirrorRule, of eni: String = KernelTestbed.webID) throws
        -> MirrorIntent
    {
        var session = try KernelTestbed.session(
            id, priority: priority, vni: UInt32(priority), ingress: [], egress: [rule])
        session.networkInterfaceID = eni
        return session
    }

    @Test func `fragments match by address, and by ports where all ports match, in whatever order they come`() throws {
        let bed = try KernelTestbed()
        let one = PortRange(first: 7000, last: 7000)
        // The API asks for ports of TCP and UDP rules; -1/-1 and 1/65535 both are every port.
        let sessions = [
            try session("tms-tcp", 1, KernelTestbed.rule(transport: .tcp, destinationPorts: one)),
            try session("tms-narrow", 2, KernelTestbed.rule(transport: .udp, destinationPorts: one)),
            try session(
                "tms-almost", 3,
                KernelTestbed.rule(transport: .udp, destinationPorts: PortRange(first: 2, last: 65535))),
            try session("tms-wide", 4, KernelTestbed.rule(transport: .udp)),
        ]
        try bed.warmUp()
        try bed.silenceCollector()
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"]), sessions) == [])
        try bed.frames("fragments", 20)
        try bed.frames("tiny", 30)
        #expect(try bed.ledger("tms-tcp").mirroredPackets == 30)
        #expect(try bed.ledger("tms-narrow").mirroredPackets == 20)
        #expect(try bed.ledger("tms-almost").matchedPackets == 0)
        #expect(try bed.ledger("tms-wide").mirroredPackets == 40)
        // By address alone: a rule for all protocols.
        let all = try session("tms-all", 1, KernelTestbed.rule(destination: "10.77.2.0/24"))
        let elsewhere = try session("tms-else", 2, KernelTestbed.rule(destination: "10.77.3.0/24"))
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"]), [all, elsewhere]) == [])
        try bed.frames("fragments", 20)
        #expect(try bed.ledger("tms-all").mirroredPackets == 60)
        #expect(try bed.ledger("tms-else").matchedPackets == 0)
        _ = try bed.plane().drain(spool: bed.spool)
        // 20 + 24 bytes with ports, 20 + 24 and 20 + 16 without.
        #expect(
            bed.spool.sum(KernelTestbed.webID, .egress, port: 7000)
                == MemorySpool.Sum(accepted: 40, acceptedBytes: 40 * 44))
        #expect(
            bed.spool.sum(KernelTestbed.webID, .egress, port: 0)
                == MemorySpool.Sum(accepted: 80, acceptedBytes: 40 * 80))
    }

    @Test func `all is TCP, UDP and ICMP; other protocols are in flow logs only; options change nothing`() throws {
        let bed = try KernelTestbed()
        let ports = PortRange(first: 7000, last: 7000)
        let sessions = [
            try session("tms-icmp", 1, KernelTestbed.rule(transport: .icmp)),
            try session("tms-port", 2, KernelTestbed.rule(transport: .udp, destinationPorts: ports)),
            try session("tms-all", 3, KernelTestbed.rule()),
        ]
        try bed.warmUp()
        try bed.silenceCollector()
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"]), sessions) == [])
        let capture = try Capture(in: try #require(bed.collector.name))
        try bed.frames("icmp", 15)
        try bed.frames("options", 20)
        for (number, count) in [(47, 5), (50, 6), (132, 7), (2, 8)] { try bed.frames("protocol", count, number) }
        #expect(try bed.ledger("tms-icmp").mirroredPackets == 15)
        #expect(try bed.ledger("tms-port").mirroredPackets == 20)
        #expect(try bed.ledger("tms-all").matchedPackets == 0)
        let decoded = try capture.finish(expecting: 35)
        #expect(decoded.udp == ["10.77.1.2:4000>10.77.2.2:7000": 20])
        #expect(decoded.bad_inner_ip == 0)
        #expect(decoded.bad_inner_checksum == 0)
        _ = try bed.plane().drain(spool: bed.spool)
        for (number, count) in [(UInt8(47), UInt64(5)), (50, 6), (132, 7), (2, 8)] {
            #expect(
                bed.spool.sum(KernelTestbed.webID, .egress, transport: number)
                    == MemorySpool.Sum(accepted: count, acceptedBytes: count * 52))
        }
    }

    @Test(arguments: ["vlan", "qinq"])
    func `tags are in no copy, whether the kernel has them in the frame or beside it`(
        _ kind: String
    ) throws {
        let bed = try KernelTestbed()
        let udp = try KernelTestbed.rule(transport: .udp)
        // web's own device sees the tags in the frame; the router's port sees the outer one taken out by the kernel.
        let sessions = [
            try session("tms-port", 1, udp), try session("tms-own", 2, udp, of: KernelTestbed.ownID),
        ]
        try bed.warmUp()
        try bed.silenceCollector()
        #expect(try bed.apply(bed.bindings() + [bed.ownBinding()], sessions) == [])
        let capture = try Capture(in: try #require(bed.collector.name))
        try bed.frames(kind, 25)
        let tags = UInt64(kind == "vlan" ? 4 : 8)
        for id in ["tms-port", "tms-own"] {
            let ledger = try bed.ledger(id)
            #expect(ledger.matchedPackets == 25)
            // The original with its tags, the copy without.
            #expect(ledger.matchedBytes == 25 * (62 + tags))
            #expect(ledger.mirroredPackets == 25)
            #expect(ledger.mirroredBytes == 25 * 62)
        }
        let decoded = try capture.finish(expecting: 50)
        #expect(decoded.vnis == ["1": 25, "2": 25])
        #expect(decoded.tagged == 0)
        #expect(decoded.sizes == ["62": 50])
        #expect(decoded.bad_inner_ip == 0)
    }

    @Test func `everything is mirrored where it is asked for, and flow logs stay without the platform`() throws {
        let bed = try KernelTestbed()
        let udp = try session("tms-1", 1, KernelTestbed.rule(transport: .udp))
        try bed.warmUp()
        try bed.silenceCollector()
        let metadata = try #require(IPv4Address("169.254.169.254"))
        func send() throws {
            try bed.frames("dhcp", 30)
            try UDPSender.send(40, bytes: 10, to: metadata, port: 80, in: bed.web)
            try UDPSender.send(50, bytes: 10, to: KernelTestbed.clientAddress, port: 7000, in: bed.web)
        }
        for (scope, matched) in [(MirrorScope.cloud, UInt64(50)), (.everything, 170), (.cloud, 220)] {
            #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"]), [udp], scope: scope) == [])
            try send()
            let ledger = try bed.ledger()
            #expect(ledger.matchedPackets == matched)
            #expect(ledger.mirroredPackets == matched)
        }
        #expect(try bed.counted(in: bed.collector).map(\.packets) == [220])
        _ = try bed.plane().drain(spool: bed.spool)
        #expect(bed.spool.sum(KernelTestbed.webID, .egress).accepted == 150)
    }

    @Test(arguments: [true, false]) func `packets that make no sense are counted, with flow logs and without`(
        _ hasFlowLogs: Bool
    ) throws {
        let bed = try KernelTestbed()
        let all = try KernelTestbed.rule()
        let sessions = [try session("tms-1", 1, all), try session("tms-own", 2, all, of: KernelTestbed.ownID)]
        try bed.warmUp()
        let logs = hasFlowLogs ? ["fl-1"] : []
        // Each frame is seen twice: where it leaves and where it arrives.
        #expect(
            try bed.apply(
                bed.bindings(flowLogs: logs) + [bed.ownBinding(flowLogs: logs)], hasFlowLogs ? [] : sessions) == [])
        let before = try bed.plane().drain(spool: bed.spool).unparsedPackets
        try bed.frames("unparsable", 60)
        let report = try bed.plane().drain(spool: bed.spool)
        #expect(report.unparsedPackets - before == 120)
        #expect(bed.spool.sum(KernelTestbed.webID, .egress, port: 7000) == MemorySpool.Sum())
        if !hasFlowLogs { #expect(try bed.ledger().matchedPackets == 0) }
        // A tag without what it tags does not get beyond the device.
        try bed.frames("cutvlan", 10)
        #expect(try bed.plane().drain(spool: bed.spool).unparsedPackets - report.unparsedPackets == 10)
    }

    @Test func `a session takes over from another under load and every packet is copied once`() throws {
        let bed = try KernelTestbed()
        let udp = try KernelTestbed.rule(transport: .udp)
        func sessions(_ turn: Int) throws -> [MirrorIntent] {
            // In turn: another session, another VNI of the same session, another filter, another target.
            var session = try session("tms-\(turn % 2)", 1, udp)
            session.vni = UInt32(10 + turn % 4)
            if turn % 3 == 0 {
                session.egressRules = [try KernelTestbed.rule(7, destination: "10.77.2.0/24")]
            }
            return [session]
        }
        #expect(try bed.apply(bed.bindings(), sessions(0)) == [])
        try bed.warmUp()
        let byVNI = (10..<14).map { "udp dport 4789 @th,96,24 \($0) counter drop" }.joined(separator: "\n")
        try bed.count(byVNI + "\nudp dport 4789", in: bed.collector, verdict: "drop")
        try bed.count("udp dport 7000", in: bed.client, verdict: "drop")
        var turns = 0
        let sent = try bed.underTraffic(rounds: max(4, testPackets / 12_500)) { _ in
            turns += 1
            let failures = try bed.apply(bed.bindings(), sessions(turns))
            #expect(failures == [])
        }
        #expect(try bed.counted(in: bed.client).map(\.packets) == [sent])
        let end = Date().addingTimeInterval(5)
        var copies: [UInt64] = []
        repeat {
            copies = try bed.counted(in: bed.collector).map(\.packets)
        } while copies.reduce(0, +) < sent && Date() < end
        print("\(turns) changes, copies by VNI \(copies)")
        #expect(copies.reduce(0, +) == sent)
        #expect(copies.last == 0)
        #expect(turns > 3)
    }
}
