import DataPlane
import Foundation
import Glibc
import Model
import Packet
import Testing

extension KernelTests {
    private func everything(
        _ id: String, of networkInterfaceID: String, priority: Int, vni: UInt32, to target: IPv4Address
    ) throws -> MirrorIntent {
        var session = try KernelTestbed.session(id, priority: priority, vni: vni, target: target)
        session.networkInterfaceID = networkInterfaceID
        return session
    }

    /// The count, once it has not changed for half a second.
    private func settled(_ count: () throws -> [UInt64]) throws -> [UInt64] {
        var last = try count()
        var since = Date()
        let end = Date().addingTimeInterval(10)
        while Date().timeIntervalSince(since) < 0.5, Date() < end {
            usleep(20_000)
            let now = try count()
            if now != last { (last, since) = (now, Date()) }
        }
        return last
    }

    @Test func `copies of another host's session are neither copied nor logged where they arrive`() throws {
        let bed = try KernelTestbed()
        let session = try KernelTestbed.session(target: KernelTestbed.clientAddress)
        let tunnel = MirrorTunnel(source: KernelTestbed.collectorAddress, destination: KernelTestbed.webAddress, vni: 5)
        #expect(
            try bed.apply(
                bed.bindings(flowLogs: ["fl-1"]), [session], scope: .everything, arriving: [tunnel]) == [])
        try bed.warmUp()
        try bed.count("udp dport 4789", in: bed.client, verdict: "drop")
        let before = try bed.ledger()
        func arrive(_ vni: Int) throws {
            try bed.frames(
                "vxlan", 50, vni, from: KernelTestbed.collectorAddress, to: KernelTestbed.webAddress, in: bed.collector)
        }
        try arrive(5)
        // web answers that nobody listens: errors about copies are not copied either.
        let after = try bed.ledger()
        #expect(after.matchedPackets == before.matchedPackets)
        #expect(after.selfPackets == before.selfPackets)
        _ = try bed.plane().drain(spool: bed.spool)
        #expect(bed.spool.sum(KernelTestbed.webID, .ingress, port: 4789) == MemorySpool.Sum())
        #expect(bed.spool.sum(KernelTestbed.collectorID, .egress, port: 4789) == MemorySpool.Sum())
        // Another VNI between the same addresses is anybody's traffic.
        try arrive(6)
        _ = try bed.plane().drain(spool: bed.spool)
        #expect(bed.spool.sum(KernelTestbed.webID, .ingress, port: 4789).accepted == 50)
        #expect(try bed.ledger().matchedPackets - before.matchedPackets >= 50)
        // The tunnel goes with the state that named it.
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"]), [session]) == [])
        try arrive(5)
        _ = try bed.plane().drain(spool: bed.spool)
        #expect(bed.spool.sum(KernelTestbed.webID, .ingress, port: 4789).accepted == 100)
    }

    @Test func `two ENIs that mirror to each other copy each packet once and nothing else`() throws {
        let bed = try KernelTestbed()
        let sessions = [
            try everything("tms-a", of: KernelTestbed.webID, priority: 1, vni: 1, to: KernelTestbed.clientAddress),
            try everything("tms-b", of: KernelTestbed.clientID, priority: 2, vni: 2, to: KernelTestbed.webAddress),
            // web's own end of the link: its copies cross the router's ports without a mark.
            try everything("tms-own", of: KernelTestbed.ownID, priority: 3, vni: 3, to: KernelTestbed.clientAddress),
            // The target is the source itself: copies leave through the very device they were made at.
            try everything("tms-self", of: KernelTestbed.collectorID, priority: 4, vni: 4, to: .init(rawValue: 0)),
        ]
        try bed.warmUp()
        // Port 7000 is dropped without an answer; copies are answered with errors.
        try bed.count("udp dport 7000 counter drop; udp dport 4789", in: bed.client)
        try bed.count("udp dport 4789", in: bed.web)
        var toItself = sessions[3]
        toItself.target.address = KernelTestbed.collectorAddress
        #expect(
            try bed.apply(
                bed.bindings() + [bed.ownBinding()], [sessions[0], sessions[1], sessions[2], toItself],
                scope: .everything) == [])
        try UDPSender.send(500, bytes: 10, to: KernelTestbed.clientAddress, port: 7000, in: bed.web, pause: 100)
        let copies = try settled {
            try bed.counted(in: bed.client).map(\.packets) + bed.counted(in: bed.web).map(\.packets)
        }
        // 500 packets; tms-a and tms-own copy each to the client, tms-b to web.
        #expect(copies == [500, 1000, 500])
        for id in ["tms-a", "tms-b", "tms-own"] {
            let ledger = try bed.ledger(id)
            #expect(ledger.matchedPackets == 500)
            #expect(ledger.mirroredPackets == 500)
        }
        #expect(try bed.ledger("tms-a").selfPackets > 0)
        // A packet for the source that is its own target.
        try bed.count("udp dport 7000 drop; udp dport 4789", in: bed.collector)
        try UDPSender.send(300, bytes: 10, to: KernelTestbed.collectorAddress, port: 7000, in: bed.web, pause: 100)
        #expect(try settled { try bed.counted(in: bed.collector).map(\.packets) } == [300])
        #expect(try bed.ledger("tms-self").matchedPackets == 300)
    }
}
