import DataPlane
import Foundation
import Model
import Packet
import Testing

extension KernelTests {
    struct Shape: CustomTestStringConvertible, Sendable {
        var mtu: Int
        var collectorMTU: Int
        var offloads: Bool
        var packetLength: Int
        var megabytes: Int
        var testDescription: String {
            "MTU \(mtu), underlay \(collectorMTU), offloads \(offloads ? "on" : "off"), PacketLength \(packetLength)"
        }
        /// Longest frame of the copies.
        var cut: Int { min(14 + mtu, 14 + packetLength, collectorMTU - 36) }
    }

    @Test(arguments: [
        Shape(mtu: 1500, collectorMTU: 9000, offloads: true, packetLength: 9600, megabytes: 20),
        Shape(mtu: 1500, collectorMTU: 1500, offloads: true, packetLength: 9600, megabytes: 20),
        Shape(mtu: 1500, collectorMTU: 1500, offloads: false, packetLength: 1500, megabytes: 10),
        Shape(mtu: 9000, collectorMTU: 9000, offloads: true, packetLength: 9600, megabytes: 20),
        Shape(mtu: 9000, collectorMTU: 1500, offloads: false, packetLength: 1500, megabytes: 10),
        Shape(mtu: 1500, collectorMTU: 9000, offloads: true, packetLength: 114, megabytes: 100),
    ])
    func `a TCP transfer is copied whole, segment by segment`(_ shape: Shape) throws {
        let bed = try KernelTestbed(mtu: shape.mtu, collectorMTU: shape.collectorMTU, offloads: shape.offloads)
        let session = try KernelTestbed.session(
            packetLength: shape.packetLength, ingress: [KernelTestbed.rule(transport: .tcp)],
            egress: [KernelTestbed.rule(transport: .tcp)])
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"]), [session]) == [])
        try bed.warmUp()
        try bed.silenceCollector()
        let capture = try Capture(in: try #require(bed.collector.name))
        let longer = ProcessInfo.processInfo.environment["WEIR_TEST_TCP_MEGABYTES"].flatMap { Int($0) }
        let bytes = (longer ?? shape.megabytes) << 20
        let listener = try Command.start(
            ["socat", "-d", "-d", "-u", "TCP-LISTEN:7100,reuseaddr", "OPEN:/dev/null"],
            in: try #require(bed.client.name), until: "listening on")
        try Command.run(
            "sh", "-c", "head -c \(bytes) /dev/zero | socat -u - TCP:\(KernelTestbed.clientAddress):7100",
            in: bed.web.name)
        // At the end of the stream: what the sender left in its socket buffer is still on its way.
        _ = listener.finish()
        let ledger = try bed.ledger()
        _ = try bed.plane().drain(spool: bed.spool)
        let decoded = try capture.finish(expecting: ledger.mirroredPackets)
        print(shape.testDescription, ledger, "seen by nft:", try bed.counted(in: bed.collector))

        #expect(decoded.copies == ledger.mirroredPackets)
        #expect(try bed.counted(in: bed.collector).map(\.packets) == [ledger.mirroredPackets])
        #expect(ledger.matchedPackets == ledger.mirroredPackets)
        #expect(ledger.dropped == [:])
        #expect(decoded.vnis == ["11259375": decoded.copies])
        #expect(decoded.bad_outer == 0)
        #expect(decoded.bad_inner_ip == 0)
        #expect(decoded.bad_inner_checksum == 0)
        #expect(decoded.fragments == 0)
        #expect(decoded.longest == shape.cut)
        #expect(decoded.cut == ledger.truncatedByLengthPackets + ledger.truncatedByMTUPackets)
        let byMTU = shape.collectorMTU - 36 < min(14 + shape.packetLength, 14 + shape.mtu)
        #expect(byMTU == (ledger.truncatedByMTUPackets > 0))
        #expect((shape.packetLength < shape.mtu && !byMTU) == (ledger.truncatedByLengthPackets > 0))
        // Every byte of the stream was on the wire, and so in a copy.
        let stream = decoded.tcp_bytes.filter { $0.key.hasSuffix(":7100") }
        #expect(stream.values.map { Int($0) } == [bytes])
        // What the copies' headers add up to is what the flow records say, at both network interfaces.
        let out = bed.spool.sum(KernelTestbed.webID, .egress, port: 7100, transport: 6)
        #expect(bed.spool.sum(KernelTestbed.clientID, .ingress, port: 7100, transport: 6) == out)
        let back = bed.spool.sum(KernelTestbed.webID, .ingress, transport: 6)
        #expect(bed.spool.sum(KernelTestbed.clientID, .egress, transport: 6) == back)
        #expect(out.accepted + back.accepted == decoded.copies)
        #expect(out.acceptedBytes + back.acceptedBytes == ledger.matchedBytes - 14 * ledger.matchedPackets)
        // One outer source port for both directions, and the one the hash says.
        for (name, ports) in decoded.ports {
            let ends = name.split(separator: ">").map { $0.split(separator: ":") }
            let hash = FiveTupleHash.hash(
                source: try #require(IPAddress(ends[0][0])), sourcePort: try #require(UInt16(ends[0][1])),
                destination: try #require(IPAddress(ends[1][0])), destinationPort: try #require(UInt16(ends[1][1])),
                transport: 6)
            #expect(ports == [FiveTupleHash.sourcePort(hash)])
        }
    }

    @Test func `the first accepting session in order of priority gets the only copy`() throws {
        let bed = try KernelTestbed()
        let web = try KernelTestbed.session(
            "tms-web", priority: 1, vni: 1, ingress: [],
            egress: [
                KernelTestbed.rule(
                    1, accept: false, transport: .udp, destinationPorts: PortRange(first: 7002, last: 7002)),
                KernelTestbed.rule(2, transport: .udp, destinationPorts: PortRange(first: 7001, last: 7002)),
            ])
        let rest = try KernelTestbed.session(
            "tms-rest", priority: 2, vni: 2, ingress: [], egress: [KernelTestbed.rule(transport: .udp)])
        let never = try KernelTestbed.session(
            "tms-never", priority: 3, vni: 3, ingress: [], egress: [KernelTestbed.rule(transport: .udp)])
        #expect(try bed.apply(bed.bindings(), [never, rest, web]) == [])
        try bed.warmUp()
        try bed.silenceCollector()
        let capture = try Capture(in: try #require(bed.collector.name))
        for (port, count) in [(7001, 10), (7002, 20), (7003, 40)] {
            try UDPSender.send(count, bytes: 10, to: KernelTestbed.clientAddress, port: UInt16(port), in: bed.web)
        }
        #expect(try bed.ledger("tms-web").mirroredPackets == 10)
        #expect(try bed.ledger("tms-rest").mirroredPackets == 60)
        #expect(try bed.ledger("tms-never").matchedPackets == 0)
        #expect(try capture.finish(expecting: 70).vnis == ["1": 10, "2": 60])
    }

    @Test func `later fragments match rules that cover all ports only`() throws {
        let bed = try KernelTestbed()
        let ports = PortRange(first: 7001, last: 7001)
        let narrow = try KernelTestbed.session(
            "tms-narrow", priority: 1, vni: 1, ingress: [],
            egress: [KernelTestbed.rule(transport: .udp, destinationPorts: ports)])
        let wide = try KernelTestbed.session(
            "tms-wide", priority: 2, vni: 2, ingress: [],
            egress: [KernelTestbed.rule(transport: .udp, destinationPorts: PortRange(first: 1, last: 65535))])
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"]), [narrow, wide]) == [])
        try bed.warmUp()
        try bed.silenceCollector()
        let capture = try Capture(in: try #require(bed.collector.name))
        // 4000 bytes are three fragments at MTU 1500: 1480, 1480, 1048 bytes of IP payload.
        try UDPSender.send(10, bytes: 4000, to: KernelTestbed.clientAddress, port: 7001, in: bed.web)
        #expect(try bed.ledger("tms-narrow").mirroredPackets == 10)
        #expect(try bed.ledger("tms-wide").mirroredPackets == 20)
        _ = try bed.plane().drain(spool: bed.spool)
        #expect(
            bed.spool.sum(KernelTestbed.webID, .egress, port: 7001)
                == MemorySpool.Sum(accepted: 10, acceptedBytes: 15000))
        #expect(
            bed.spool.sum(KernelTestbed.webID, .egress, port: 0)
                == MemorySpool.Sum(accepted: 20, acceptedBytes: 10 * (1500 + 1068)))
        #expect(try capture.finish(expecting: 30).bad_inner_ip == 0)
    }
}
