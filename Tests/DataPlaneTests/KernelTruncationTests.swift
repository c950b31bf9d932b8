import DataPlane
import Model
import Testing

extension KernelTests {
    /// Every PacketLength and every packet size around the places where something changes.
    private static let packetLengths = [64, 1449, 1450, 1451, 1463, 1464, 1465, 1500, 9000]
    private static let packetSizes = [
        28, 63, 64, 65, 1448, 1449, 1450, 1451, 1452, 1462, 1463, 1464, 1465, 1466, 1486, 1499, 1500, 1501, 8949, 8950,
        8951, 8999, 9000,
    ]

    @Test(arguments: [1500, 9000]) func `a copy is cut at PacketLength and at the path's MTU to the byte`(
        _ pathMTU: Int
    ) throws {
        let bed = try KernelTestbed(mtu: 9000, collectorMTU: pathMTU)
        let sessions = try Self.packetLengths.enumerated().map { number, packetLength in
            let port = UInt16(7100 + number)
            let rule = try KernelTestbed.rule(
                transport: .udp, destinationPorts: PortRange(first: port, last: port))
            return try KernelTestbed.session(
                "tms-\(packetLength)", priority: number + 1, vni: UInt32(number), packetLength: packetLength,
                ingress: [], egress: [rule])
        }
        #expect(try bed.apply(bed.bindings(), sessions) == [])
        try bed.warmUp()
        try bed.silenceCollector()
        let capture = try Capture(in: try #require(bed.collector.name))
        for number in sessions.indices {
            for size in Self.packetSizes {
                try UDPSender.send(
                    2, bytes: size - 28, to: KernelTestbed.clientAddress, port: UInt16(7100 + number), in: bed.web)
            }
        }
        let all = UInt64(2 * sessions.count * Self.packetSizes.count)
        let decoded = try capture.finish(expecting: all)
        #expect(decoded.copies == all)
        #expect(decoded.fragments == 0)
        #expect(decoded.bad_outer == 0)
        #expect(decoded.bad_inner_ip == 0)
        #expect(decoded.bad_inner_checksum == 0)
        for (number, packetLength) in Self.packetLengths.enumerated() {
            // Ethernet's 14 bytes are not in PacketLength; outer IPv4, UDP, VXLAN and those 14 are in the path's MTU.
            let byLength = 14 + packetLength
            let byMTU = pathMTU - 36
            var sizes: [String: UInt64] = [:]
            var cutByLength: UInt64 = 0
            var cutByMTU: UInt64 = 0
            for size in Self.packetSizes {
                let frame = 14 + size
                sizes[String(min(frame, byLength, byMTU)), default: 0] += 2
                if byMTU < byLength, frame > byMTU { cutByMTU += 2 } else if frame > byLength { cutByLength += 2 }
            }
            let ledger = try bed.ledger("tms-\(packetLength)")
            let name = Comment("PacketLength \(packetLength), path MTU \(pathMTU)")
            #expect(decoded.sizes_of_vni[String(number)] == sizes, name)
            #expect(ledger.truncatedByLengthPackets == cutByLength, name)
            #expect(ledger.truncatedByMTUPackets == cutByMTU, name)
            #expect(ledger.mirroredPackets == UInt64(2 * Self.packetSizes.count), name)
            let bytes = sizes.reduce(UInt64(0)) { $0 + (UInt64($1.key) ?? 0) * $1.value }
            #expect(ledger.mirroredBytes == bytes, name)
        }
    }
}
