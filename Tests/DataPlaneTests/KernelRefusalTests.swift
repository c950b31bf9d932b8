import DataPlane
import Model
import Packet
import Testing

extension KernelTests {
    private func refuse(_ bed: KernelTestbed, in namespace: NetworkNamespace, _ chains: [(hook: String, rules: String)])
        throws
    {
        let text = chains.map {
            "chain \($0.hook) { type filter hook \($0.hook) priority 0; policy accept;\n\($0.rules)\n}"
        }.joined(separator: "\n")
        try Command.run("nft", "-f", "-", in: namespace.name, input: "table ip reference {\n\(text)\n}\n")
    }

    private func mark(_ bed: KernelTestbed, _ id: String, _ direction: FlowDirection) throws -> String {
        let slot = try #require(try bed.plane().slotNumber(of: id))
        return "meta mark set \(KernelDataPlane.refusalMark(slot: slot, direction: direction))"
    }

    @Test func `a refusal is charged to the ENI whose rules refused, as that ENI sees the packet`() throws {
        let bed = try KernelTestbed()
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"])) == [])
        try bed.warmUp()
        let leaving = try mark(bed, KernelTestbed.webID, .egress)
        let entering = try mark(bed, KernelTestbed.clientID, .ingress)
        try refuse(
            bed, in: bed.router,
            [
                (
                    "forward",
                    """
                    udp dport 7040 \(leaving) counter drop
                    udp dport 7041 \(leaving) counter reject
                    udp dport 7042 \(entering) counter drop
                    udp dport 7043 \(entering) counter reject with icmp type admin-prohibited
                    """
                ),
                // What the router itself sends to the client no device has seen before.
                ("output", "udp dport 7044 \(entering) counter drop"),
            ])
        for (port, count) in [(7040, 3000), (7041, 40), (7042, 2000), (7043, 50), (7045, 1000)] {
            try UDPSender.send(count, bytes: 100, to: KernelTestbed.clientAddress, port: UInt16(port), in: bed.web)
        }
        try UDPSender.send(600, bytes: 100, to: KernelTestbed.clientAddress, port: 7044, in: bed.router)
        let report = try bed.plane().drain(spool: bed.spool)
        let dropped = try bed.counted(in: bed.router).map(\.packets)
        #expect(dropped == [3000, 40, 2000, 50, 600])
        func sum(_ id: String, _ direction: FlowDirection, _ port: UInt16) -> MemorySpool.Sum {
            bed.spool.sum(id, direction, port: port)
        }
        func accepted(_ count: UInt64) -> MemorySpool.Sum {
            MemorySpool.Sum(accepted: count, acceptedBytes: count * 128)
        }
        func rejected(_ count: UInt64) -> MemorySpool.Sum {
            MemorySpool.Sum(rejected: count, rejectedBytes: count * 128)
        }
        #expect(sum(KernelTestbed.webID, .egress, 7040) == rejected(3000))
        #expect(sum(KernelTestbed.webID, .egress, 7041) == rejected(40))
        #expect(sum(KernelTestbed.clientID, .ingress, 7040) == MemorySpool.Sum())
        #expect(sum(KernelTestbed.clientID, .ingress, 7041) == MemorySpool.Sum())
        #expect(sum(KernelTestbed.webID, .egress, 7042) == accepted(2000))
        #expect(sum(KernelTestbed.webID, .egress, 7043) == accepted(50))
        #expect(sum(KernelTestbed.clientID, .ingress, 7042) == rejected(2000))
        #expect(sum(KernelTestbed.clientID, .ingress, 7043) == rejected(50))
        #expect(sum(KernelTestbed.clientID, .ingress, 7044) == rejected(600))
        #expect(sum(KernelTestbed.webID, .egress, 7045) == accepted(1000))
        #expect(sum(KernelTestbed.clientID, .ingress, 7045) == accepted(1000))
        #expect(report.lateDrops == 0)
        #expect(report.unattributedDrops == 0)
    }

    @Test func `a flow says when its packets came and who refused, when that is asked for`() throws {
        let bed = try KernelTestbed()
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"])) == [])
        try bed.warmUp()
        let mark = try mark(bed, KernelTestbed.webID, .egress)
        let slot = try #require(try bed.plane().slotNumber(of: KernelTestbed.webID))
        let byACL = KernelDataPlane.refusalMark(slot: slot, direction: .egress, byACL: true)
        let rules = """
            udp dport 7046 \(mark) counter drop
            udp dport 7047 meta mark set \(byACL) counter drop
            udp dport 7048 counter drop
            """
        try refuse(bed, in: bed.router, [("forward", rules)])
        func send() throws {
            for port in [7046, 7047, 7048, 7049] as [UInt16] {
                try UDPSender.send(100, bytes: 100, to: KernelTestbed.clientAddress, port: port, in: bed.web)
            }
        }
        func entries(_ from: Int) -> [UInt16: FlowEntry] {
            let web = bed.spool.slices[from...].filter { $0.networkInterfaceID == KernelTestbed.webID }
            return Dictionary(
                web.flatMap(\.entries).filter { $0.direction == .egress && $0.destinationPort > 7045 }
                    .map { ($0.destinationPort, $0) }, uniquingKeysWith: { first, _ in first })
        }
        try send()
        _ = try bed.plane().drain(spool: bed.spool)
        #expect(entries(0).count == 4)
        #expect(
            entries(0).values.allSatisfy {
                !$0.times.isKnown && !$0.rejectedTimes.isKnown && $0.rejectReasons.isEmpty
            })

        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"]), details: true) == [])
        let before = bed.spool.slices.count
        let began = KernelClock.realtimeMilliseconds
        try send()
        let ended = KernelClock.realtimeMilliseconds
        _ = try bed.plane().drain(spool: bed.spool)
        let found = entries(before)
        #expect(found.count == 4)
        let start = try #require(bed.spool.slices[before...].map(\.startMilliseconds).min())
        // The kernel's coarse clock and the unit of times are a few milliseconds wide.
        let around = began - start - 25...ended - start + 25
        for entry in found.values {
            let times = try #require(entry.times.bounds)
            #expect(around.contains(times.lowerBound) && around.contains(times.upperBound))
            guard entry.destinationPort != 7049 else { continue }
            let rejected = try #require(entry.rejectedTimes.bounds)
            #expect(around.contains(rejected.lowerBound) && around.contains(rejected.upperBound))
        }
        #expect(found[7046]?.rejectReasons == .securityGroup)
        #expect(found[7047]?.rejectReasons == .networkACL)
        #expect(found[7048]?.rejectReasons == .host)
        #expect(found[7049]?.rejectReasons == [])
    }

    @Test func `a device that is the ENI itself is charged its refusals in both directions`() throws {
        let bed = try KernelTestbed()
        let own = DeviceBinding(
            networkInterfaceID: "eni-own", namespace: bed.web.name, device: "eth0", side: .own, mac: nil,
            primaryAddress: KernelTestbed.webAddress, addresses: [IPAddress(KernelTestbed.webAddress)],
            flowLogs: [FlowLogIntent(flowLogID: "fl-1")])
        #expect(try bed.apply([own]) == [])
        try bed.warmUp()
        let leaving = try mark(bed, "eni-own", .egress)
        let entering = try mark(bed, "eni-own", .ingress)
        try refuse(
            bed, in: bed.web,
            [
                ("output", "udp dport 7050 \(leaving) counter drop"),
                ("input", "udp dport 7051 \(entering) counter drop\nudp dport 7052 \(entering) counter reject"),
            ])
        try UDPSender.send(700, bytes: 100, to: KernelTestbed.clientAddress, port: 7050, in: bed.web)
        try UDPSender.send(800, bytes: 100, to: KernelTestbed.webAddress, port: 7051, in: bed.client)
        try UDPSender.send(30, bytes: 100, to: KernelTestbed.webAddress, port: 7052, in: bed.client)
        try UDPSender.send(900, bytes: 100, to: KernelTestbed.clientAddress, port: 7053, in: bed.web)
        let report = try bed.plane().drain(spool: bed.spool)
        #expect(try bed.counted(in: bed.web).map(\.packets) == [700, 800, 30])
        func rejected(_ count: UInt64) -> MemorySpool.Sum {
            MemorySpool.Sum(rejected: count, rejectedBytes: count * 128)
        }
        #expect(bed.spool.sum("eni-own", .egress, port: 7050) == rejected(700))
        #expect(bed.spool.sum("eni-own", .ingress, port: 7051) == rejected(800))
        #expect(bed.spool.sum("eni-own", .ingress, port: 7052) == rejected(30))
        #expect(bed.spool.sum("eni-own", .egress, port: 7053).accepted == 900)
        #expect(report.lateDrops == 0)
        #expect(report.unattributedDrops == 0)
    }

    @Test func `fragments that the firewall saw as one packet are refused one by one`() throws {
        let bed = try KernelTestbed()
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"])) == [])
        try bed.warmUp()
        let entering = try mark(bed, KernelTestbed.clientID, .ingress)
        // Asking for the state of connections is what puts fragments together.
        try refuse(
            bed, in: bed.router,
            [("forward", "ct state new udp dport 7061 \(entering) counter drop\nudp dport 7062 counter drop")])
        // 4000 bytes are fragments of 1500, 1500 and 1068 bytes.
        for port in [UInt16(7061), 7062] {
            try UDPSender.send(100, bytes: 4000, to: KernelTestbed.clientAddress, port: port, in: bed.web)
        }
        _ = try bed.plane().drain(spool: bed.spool)
        #expect(try bed.counted(in: bed.router).map(\.packets) == [100, 100])
        let first = MemorySpool.Sum(rejected: 100, rejectedBytes: 100 * 1500)
        let later = MemorySpool.Sum(rejected: 200, rejectedBytes: 100 * 2568)
        #expect(bed.spool.sum(KernelTestbed.clientID, .ingress, port: 7061) == first)
        #expect(bed.spool.sum(KernelTestbed.clientID, .ingress, port: 0) == later)
        #expect(bed.spool.sum(KernelTestbed.webID, .egress, port: 7062) == first)
        // web's later fragments of both datagrams share a key: those of the second were refused.
        var both = later
        (both.accepted, both.acceptedBytes) = (200, 100 * 2568)
        #expect(bed.spool.sum(KernelTestbed.webID, .egress, port: 0) == both)
    }

    @Test func `a mark of another namespace charges nobody`() throws {
        let bed = try KernelTestbed()
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"])) == [])
        try bed.warmUp()
        let entering = try mark(bed, KernelTestbed.clientID, .ingress)
        try refuse(bed, in: bed.client, [("input", "udp dport 7060 \(entering) counter drop")])
        try UDPSender.send(500, bytes: 100, to: KernelTestbed.clientAddress, port: 7060, in: bed.web)
        _ = try bed.plane().drain(spool: bed.spool)
        #expect(try bed.counted(in: bed.client).map(\.packets) == [500])
        let crossed = MemorySpool.Sum(accepted: 500, acceptedBytes: 500 * 128)
        #expect(bed.spool.sum(KernelTestbed.clientID, .ingress, port: 7060) == crossed)
        #expect(bed.spool.sum(KernelTestbed.webID, .egress, port: 7060) == crossed)
    }
}
