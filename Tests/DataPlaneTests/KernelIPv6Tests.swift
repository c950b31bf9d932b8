import DataPlane
import Foundation
import Glibc
import Model
import Packet
import Testing

extension KernelTests {
    @Test func `neighbour discovery and what is on one link alone are in no flow log`() throws {
        let bed = try KernelTestbed()
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"])) == [])
        for (namespace, name, address) in [
            (bed.router, "pw", "fd00:77::1"), (bed.web, "eth0", "fd00:77::2"),
        ] {
            let socket = try RouteSocket(in: namespace)
            let link = try #require(try socket.link(named: name))
            let ip = try #require(IPAddress(address))
            try socket.addAddress(LinkAddress(linkIndex: link.index, address: ip, prefixLength: 64))
        }
        // Until the link's own addresses are proven unique, others stand in for them.
        for (namespace, name) in [(bed.router, "pw"), (bed.web, "eth0")] {
            let deadline = Date().addingTimeInterval(20)
            while try Command.run("ip", "-6", "addr", "show", "dev", name, "tentative", in: namespace.name) != "" {
                try #require(Date() < deadline)
                usleep(20_000)
            }
        }
        // Resolved by discovery, and asked again; then packets to a group of the link.
        for _ in 0..<2 {
            try Command.run("ping", "-c", "5", "-i", "0.05", "-W", "5", "fd00:77::1", in: bed.web.name)
            try Command.run("ip", "-6", "neigh", "flush", "dev", "eth0", in: bed.web.name)
        }
        try Command.run("ping", "-c", "3", "-i", "0.05", "-W", "5", "ff02::1%eth0", in: bed.web.name)
        _ = try bed.plane().drain(spool: bed.spool)
        #expect(
            bed.spool.sum(KernelTestbed.webID, .egress, transport: 58)
                == MemorySpool.Sum(accepted: 10, acceptedBytes: 10 * 104))
        #expect(bed.spool.sum(KernelTestbed.webID, .ingress, transport: 58).accepted == 10)
    }

    @Test(arguments: [1, 2]) func `odd IPv6 frames are read alike in the kernel and here, and each is counted`(
        _ seed: Int
    ) throws {
        let bed = try KernelTestbed()
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"])) == [])
        let before = try bed.plane().drain(spool: bed.spool).unparsedPackets
        let file = FileManager.default.temporaryDirectory.path + "/weir-\(bed.web).pcap"
        defer { try? FileManager.default.removeItem(atPath: file) }
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/reference/frames6.py"
        try Command.run("python3", script, "eth0", "20000", String(seed), file, in: bed.web.name)
        let report = try bed.plane().drain(spool: bed.spool)

        var expected: [FiveTuple: [UInt64]] = [:]
        var odd = UInt64(0)
        var unparsed = UInt64(0)
        var reader = try CaptureReader(path: file)
        while try reader.next() != nil {
            try reader.withFrame { bytes in
                func byte(_ offset: Int) -> UInt8 { bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self) }
                let frame = try? Frame(bytes)
                // The last byte of the destination marks the odd ones.
                if byte(53) == 3 {
                    let frame = try #require(frame)
                    let tuple = try #require(frame.fiveTuple)
                    if Self.isOfOneLink(frame, byte(22), byte(23), byte(38), byte(39)) { return }
                    let old = expected[tuple] ?? [0, 0]
                    expected[tuple] = [old[0] + 1, old[1] + UInt64(frame.totalLength)]
                } else if byte(14) >> 4 != 6
                    || 40 + Int(byte(18)) << 8 + Int(byte(19)) > bytes.byteCount - 14
                {
                    unparsed += 1
                } else if byte(22) != 0xfe && byte(38) != 0xfe && !(byte(38) == 0xff && byte(39) == 2) {
                    odd += 1
                }
            }
        }
        var counted: [FiveTuple: [UInt64]] = [:]
        var oddCounted = UInt64(0)
        for entry in bed.spool.slices.flatMap(\.entries) where entry.direction == .egress {
            guard entry.source.family == .ipv6, entry.source.low == 2 else { continue }
            if entry.destination.low == 4 { oddCounted += entry.acceptedPackets }
            guard entry.destination.low == 3 else { continue }
            let tuple = FiveTuple(
                source: entry.source, destination: entry.destination, transport: entry.transport,
                sourcePort: entry.sourcePort, destinationPort: entry.destinationPort)
            counted[tuple] = [entry.acceptedPackets, entry.acceptedBytes]
        }
        print("\(expected.count) flows, \(odd) odd packets, \(unparsed) unparsed")
        #expect(expected.count > 50 && odd > 1000 && unparsed > 1000)
        #expect(counted == expected)
        #expect(oddCounted == odd)
        #expect(report.unparsedPackets - before == unparsed)
    }

    /// Written from the RFCs, not from the program: link-local addresses and groups, neighbour discovery.
    private static func isOfOneLink(
        _ frame: Frame, _ source: UInt8, _ sourceNext: UInt8, _ destination: UInt8, _ destinationNext: UInt8
    ) -> Bool {
        if source == 0xfe, sourceNext >> 6 == 2 { return true }
        if destination == 0xfe, destinationNext >> 6 == 2 { return true }
        if destination == 0xff, destinationNext & 15 == 2 { return true }
        if case .icmp(let header) = frame.transport { return (133...137).contains(header.type) }
        return false
    }
}
