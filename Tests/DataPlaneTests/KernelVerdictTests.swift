import DataPlane
import Foundation
import Glibc
import Model
import Packet
import Testing

extension KernelTests {
    @Test func `drops of the firewall in forward and input are charged to the ENI they came from`() throws {
        let bed = try KernelTestbed()
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"])) == [])
        try bed.warmUp()
        try Command.run(
            "nft", "-f", "-", in: bed.router.name,
            input: """
                table ip reference {
                chain forward { type filter hook forward priority 0; policy accept;
                udp dport 7010 counter drop
                udp dport 7011 counter reject
                tcp dport 7012 counter drop
                }
                chain input { type filter hook input priority 0; policy accept;
                udp dport 7013 counter drop
                }
                }

                """)
        for (port, count, bytes) in [(7010, 3000, 100), (7011, 50, 200), (7014, 4000, 300)] {
            try UDPSender.send(count, bytes: bytes, to: KernelTestbed.clientAddress, port: UInt16(port), in: bed.web)
        }
        let gateway = IPv4Address(rawValue: 0x0a4d_0101)
        try UDPSender.send(2000, bytes: 10, to: gateway, port: 7013, in: bed.web)
        let report = try bed.plane().drain(spool: bed.spool)
        let dropped = try bed.counted(in: bed.router)
        #expect(dropped.map(\.packets) == [3000, 50, 0, 2000])
        let spool = bed.spool
        func web(_ port: UInt16) -> MemorySpool.Sum { spool.sum(KernelTestbed.webID, .egress, port: port) }
        #expect(web(7010) == MemorySpool.Sum(rejected: 3000, rejectedBytes: dropped[0].bytes))
        #expect(web(7011) == MemorySpool.Sum(rejected: 50, rejectedBytes: dropped[1].bytes))
        #expect(web(7013) == MemorySpool.Sum(rejected: 2000, rejectedBytes: dropped[3].bytes))
        #expect(web(7014) == MemorySpool.Sum(accepted: 4000, acceptedBytes: 4000 * 328))
        #expect(spool.sum(KernelTestbed.clientID, .ingress, port: 7014).accepted == 4000)
        #expect(spool.sum(KernelTestbed.clientID, .ingress, port: 7010) == MemorySpool.Sum())
        #expect(spool.sum(KernelTestbed.clientID, .egress).rejected == 0)
        #expect(report.lateDrops == 0)
        #expect(report.unattributedDrops == 0)
    }

    @Test func `a device that is the ENI itself charges input and output drops`() throws {
        let bed = try KernelTestbed()
        let own = DeviceBinding(
            networkInterfaceID: "eni-own", namespace: bed.web.name, device: "eth0", side: .own, mac: nil,
            primaryAddress: KernelTestbed.webAddress, addresses: [IPAddress(KernelTestbed.webAddress)],
            flowLogs: [FlowLogIntent(flowLogID: "fl-1")])
        #expect(try bed.apply([own]) == [])
        try bed.warmUp()
        try Command.run(
            "nft", "-f", "-", in: bed.web.name,
            input: """
                table ip reference {
                chain output { type filter hook output priority 0; policy accept;
                udp dport 7020 counter drop
                }
                chain input { type filter hook input priority 0; policy accept;
                udp dport 7021 counter drop
                }
                }

                """)
        try UDPSender.send(700, bytes: 50, to: KernelTestbed.clientAddress, port: 7020, in: bed.web)
        try UDPSender.send(900, bytes: 50, to: KernelTestbed.clientAddress, port: 7022, in: bed.web)
        try UDPSender.send(1100, bytes: 50, to: KernelTestbed.webAddress, port: 7021, in: bed.client)
        _ = try bed.plane().drain(spool: bed.spool)
        #expect(try bed.counted(in: bed.web).map(\.packets) == [700, 1100])
        let out = bed.spool.sum("eni-own", .egress, port: 7020)
        #expect(out == MemorySpool.Sum(rejected: 700, rejectedBytes: 700 * 78))
        #expect(
            bed.spool.sum("eni-own", .egress, port: 7022) == MemorySpool.Sum(accepted: 900, acceptedBytes: 900 * 78))
        let into = bed.spool.sum("eni-own", .ingress, port: 7021)
        #expect(into == MemorySpool.Sum(rejected: 1100, rejectedBytes: 1100 * 78))
    }

    @Test func `with a drain every 100 ms under load no key is off by one`() throws {
        let bed = try KernelTestbed()
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"])) == [])
        try bed.warmUp()
        try bed.count("udp dport 7030 drop; udp dport 7031", in: bed.router, hook: "forward")
        let ports = (0..<64).map { UInt16(20000 + $0) }
        let each = max(1000, testPackets / 8 / ports.count * 2)
        let namespace = bed.web
        let batch = each * ports.count
        var drains = 0
        var late: UInt64 = 0
        let sent = try bed.underTraffic(
            rounds: 8, batch: batch,
            sender: {
                for port in ports {
                    for target in [UInt16(7030), 7031] {
                        try UDPSender.send(
                            each / 2, bytes: 10, to: KernelTestbed.clientAddress, port: target, from: port,
                            in: namespace)
                    }
                }
            },
            { _ in
                late = try bed.plane().drain(spool: bed.spool).lateDrops
                drains += 1
                usleep(60_000)
            })
        _ = try bed.plane().drain(spool: bed.spool)
        var sums: [String: (UInt64, UInt64)] = [:]
        for slice in bed.spool.slices {
            for entry in slice.entries where entry.transport == 17 && ports.contains(entry.sourcePort) {
                let key = "\(slice.networkInterfaceID) \(entry.direction) \(entry.sourcePort) \(entry.destinationPort)"
                sums[key, default: (0, 0)].0 += entry.acceptedPackets
                sums[key, default: (0, 0)].1 += entry.rejectedPackets
            }
        }
        print("\(drains) drains, \(sent) packets, \(late) late")
        let count = sent / UInt64(batch) * UInt64(each / 2)
        for port in ports {
            #expect(sums["eni-web egress \(port) 7030"] ?? (0, 0) == (0, count))
            #expect(sums["eni-web egress \(port) 7031"] ?? (0, 0) == (count, 0))
            #expect(sums["eni-client ingress \(port) 7031"] ?? (0, 0) == (count, 0))
        }
        #expect(sums.count == 3 * ports.count)
        #expect(late == 0)
        #expect(drains > 5)
    }

    @Test func `packets that find no room in the flow map are counted as skipped`() throws {
        let bed = try KernelTestbed()
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"])) == [])
        try bed.warmUp()
        // Answers of the client and the host's own chatter would be skipped too.
        for namespace in [bed.web, bed.router] { try namespace.writeSysctl("net/ipv6/conf/all/disable_ipv6", "1") }
        try bed.count("udp dport 10000-30000", in: bed.client, verdict: "drop")
        _ = try bed.plane().drain(spool: bed.spool)
        // 20000 destination ports, 16384 places for both ENIs together.
        for port in 10000..<30000 {
            try UDPSender.send(1, bytes: 10, to: KernelTestbed.clientAddress, port: UInt16(port), in: bed.web)
        }
        let report = try bed.plane().drain(spool: bed.spool)
        var counted: UInt64 = 0
        for slice in bed.spool.slices.dropFirst() where slice.networkInterfaceID == KernelTestbed.webID {
            counted += slice.entries.filter { $0.direction == .egress && $0.transport == 17 }
                .reduce(0) { $0 + $1.acceptedPackets }
            counted += slice.skippedPackets
        }
        #expect(report.skippedPackets > 0)
        #expect(counted == 20000)
    }
}
