import DataPlane
import Foundation
import Model
import Packet
import Testing

extension KernelTests {
    /// A UDP datagram between two addresses, with an Ethernet header.
    private func frame(from source: IPv4Address, to destination: IPv4Address, port: UInt16) -> [UInt8] {
        func bytes(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
        var ip: [UInt8] = [0x45, 0, 0, 38, 0, 1, 0, 0, 64, 17, 0, 0] + bytes(source.rawValue)
        ip += bytes(destination.rawValue)
        var sum: UInt32 = 0
        for index in stride(from: 0, to: 20, by: 2) { sum += UInt32(ip[index]) << 8 | UInt32(ip[index + 1]) }
        sum = (sum & 0xffff) + (sum >> 16)
        ip[10] = UInt8(truncatingIfNeeded: ~sum >> 8)
        ip[11] = UInt8(truncatingIfNeeded: ~sum)
        let udp: [UInt8] = [0x9c, 0x40, UInt8(port >> 8), UInt8(port & 255), 0, 18, 0, 0] + Array("weircanary".utf8)
        return [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0] + ip + udp
    }

    @Test(arguments: [DeviceSide.port, .own]) func `a canary is copied like a packet, and production sees nothing`(
        _ side: DeviceSide
    ) throws {
        let bed = try KernelTestbed()
        let id = side == .port ? KernelTestbed.webID : "eni-own"
        let own = DeviceBinding(
            networkInterfaceID: "eni-own", namespace: bed.web.name, device: "eth0", side: .own, mac: nil,
            primaryAddress: KernelTestbed.webAddress, addresses: [IPAddress(KernelTestbed.webAddress)],
            flowLogs: [FlowLogIntent(flowLogID: "fl-1")])
        let bindings = side == .port ? bed.bindings(flowLogs: ["fl-1"]) : [own]
        let ports = PortRange(first: 7070, last: 7070)
        let accepts = [try KernelTestbed.rule(transport: .udp, destinationPorts: ports)]
        var session = try KernelTestbed.session(packetLength: 64, ingress: accepts, egress: accepts)
        session.networkInterfaceID = id
        #expect(try bed.apply(bindings, [session]) == [])
        try bed.warmUp()
        for namespace in [bed.web, bed.client, bed.router] { try bed.count("udp dport 7070-7071", in: namespace) }
        try bed.silenceCollector()
        let capture = try Capture(in: try #require(bed.collector.name))
        let leaving = frame(from: KernelTestbed.webAddress, to: KernelTestbed.clientAddress, port: 7070)
        let entering = frame(from: KernelTestbed.clientAddress, to: KernelTestbed.webAddress, port: 7070)
        for _ in 0..<3 { try bed.plane().inject(leaving, on: id, direction: .egress) }
        for _ in 0..<2 { try bed.plane().inject(entering, on: id, direction: .ingress) }
        // One that no rule accepts.
        let other = frame(from: KernelTestbed.webAddress, to: KernelTestbed.clientAddress, port: 7071)
        try bed.plane().inject(other, on: id, direction: .egress)

        let ledger = try bed.ledger()
        let decoded = try capture.finish(expecting: 5)
        #expect(decoded.copies == 5)
        #expect(decoded.bad_outer == 0)
        #expect(decoded.bad_inner_ip == 0)
        #expect(decoded.vnis == ["11259375": 5])
        #expect(decoded.sizes == ["52": 5])
        #expect(decoded.udp == ["10.77.1.2:40000>10.77.2.2:7070": 3, "10.77.2.2:40000>10.77.1.2:7070": 2])
        #expect(ledger.matchedPackets == 5)
        #expect(ledger.mirroredPackets == 5)
        #expect(ledger.ruleHits == ["rule-1": 5])
        for namespace in [bed.web, bed.client, bed.router] {
            #expect(try bed.counted(in: namespace).map(\.packets) == [0])
        }
        _ = try bed.plane().drain(spool: bed.spool)
        for direction in [FlowDirection.ingress, .egress] {
            #expect(bed.spool.sum(id, direction, port: 7070) == MemorySpool.Sum())
        }
    }

    @Test func `a canary that cannot be sent is refused in words`() throws {
        let bed = try KernelTestbed()
        #expect(try bed.apply(bed.bindings()) == [])
        func reason(_ frame: [UInt8], on id: String) throws -> String {
            let error = #expect(throws: KernelError.self) {
                try bed.plane().inject(frame, on: id, direction: .egress)
            }
            return error.map { "\($0)" } ?? ""
        }
        let whole = [UInt8](repeating: 0, count: 60)
        #expect(try reason(whole, on: "eni-none").contains("not bound to a device"))
        #expect(try reason([], on: KernelTestbed.webID).contains("send a canary"))
        #expect(try reason([1, 2, 3], on: KernelTestbed.webID).contains("send a canary"))
        #expect(try reason([UInt8](repeating: 0, count: 9000), on: KernelTestbed.webID).contains("send a canary"))
        // What is no IP packet is nothing to copy.
        try bed.plane().inject(whole, on: KernelTestbed.webID, direction: .egress)
    }
}
