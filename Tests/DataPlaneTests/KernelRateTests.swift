import DataPlane
import Foundation
import Glibc
import Model
import Packet
import Testing

/// The data plane at the highest rate one CPU can give: sender, router and receiver share it, nothing is paced.
/// Numbers come from a generator and counters of their own, and every packet carries its number.
extension KernelTests {
    struct RateShape: CustomTestStringConvertible, Sendable {
        var mtu: Int
        var offloads: Bool
        var frame: Int
        var testDescription: String { "MTU \(mtu), offloads \(offloads ? "on" : "off"), frames of \(frame)" }
        /// Longest frame of a copy on an underlay with the same MTU.
        var cut: Int { min(frame, mtu - 36) }
    }

    private static func number(_ name: String, or other: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? other
    }

    private static let flows = 1000

    @Test(arguments: [
        RateShape(mtu: 1500, offloads: true, frame: 64),
        RateShape(mtu: 1500, offloads: false, frame: 1514),
        RateShape(mtu: 9000, offloads: true, frame: 3000),
        RateShape(mtu: 9000, offloads: false, frame: 64),
    ])
    func `at the highest rate every packet is copied once and counted once while the maps swap`(_ shape: RateShape)
        throws
    {
        let packets = Self.number("WEIR_TEST_RATE_PACKETS", or: 1_000_000)
        let swaps = Self.number("WEIR_TEST_RATE_SWAPS", or: 20)
        let bed = try KernelTestbed(mtu: shape.mtu, collectorMTU: shape.mtu, offloads: shape.offloads)
        try bed.warmUp()
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"]), [KernelTestbed.session()]) == [])
        let spool = TallySpool()
        let arrived = try PacketTool.count(port: 7000, in: bed.client.name)
        let copies = try PacketTool.count(port: 4789, in: bed.collector.name, "--copies", "--verify")
        // The frame in the copy begins at udp[16], its number at udp[58]: every so many packets go to the decoder.
        var step = 1
        while packets / step > 32768 { step *= 2 }
        let capture = try Capture(
            in: try #require(bed.collector.name),
            filter: "udp dst port 4789 and udp[39] = 17 and udp[62:4] & \(step - 1) = 0")
        // With offloads a stream of large buffers goes the same way at the same time.
        let stream = try shape.offloads ? Stream(bed, bytes: packets * 32) : nil

        var sent: UInt64 = 0
        var rounds = 0
        var seconds = 0.0
        var wantedIdentity: UInt64 = 0
        repeat {
            let generator = try PacketTool.generate(
                packets, on: "pw", in: bed.router.name, from: "10.77.1.2", to: KernelTestbed.clientAddress.description,
                frame: shape.frame, flows: Self.flows)
            while generator.isRunning {
                _ = try bed.plane().drain(spool: spool)
                usleep(30_000)
            }
            let round = try generator.sent()
            sent += round.packets
            seconds += round.seconds
            wantedIdentity &+= try #require(UInt64(round.identity, radix: 16))
            rounds += 1
        } while spool.drains < swaps
        stream?.finish()

        let ledger = try settledLedger(bed)
        let last = try bed.plane().drain(spool: spool)
        let atClient = try arrived.counted()
        let atCollector = try copies.counted()
        print(
            "\(shape.testDescription): \(sent) packets in \(seconds) s (\(Int(Double(sent) / seconds)) a second), "
                + "\(spool.drains) swaps, \(ledger.matchedPackets) matched, \(ledger.mirroredPackets) mirrored, "
                + "dropped \(ledger.dropped); at the collector \(atCollector)")
        #expect(sent == UInt64(rounds * packets))
        #expect(atClient.packets == sent)
        #expect(UInt64(atClient.identity, radix: 16) == wantedIdentity)

        // Every copy is accounted for, and each that the ledger says was sent is at the collector.
        #expect(ledger.matchedPackets == ledger.mirroredPackets + ledger.droppedPackets)
        #expect(atCollector.packets == ledger.mirroredPackets)
        #expect(atCollector.inner_bytes == ledger.mirroredBytes)
        #expect(atCollector.malformed == 0)
        #expect(atCollector.bad_checksum == 0)
        #expect(atCollector.cut == ledger.truncatedByMTUPackets)
        #expect(atCollector.checked == atCollector.packets - atCollector.cut)
        // Where the stream comes from another CPU, both can fill a receive queue; that must show, and by name.
        if ledger.dropped == [:] {
            #expect(atCollector.numbered == sent)
            #expect(UInt64(atCollector.identity, radix: 16) == wantedIdentity)
        } else {
            #expect(shape.offloads)
            #expect(Array(ledger.dropped.keys) == ["queue_full"])
        }
        if stream == nil {
            #expect(ledger.matchedPackets == sent)
            #expect(ledger.matchedBytes == sent * UInt64(shape.frame))
            #expect(ledger.mirroredBytes == sent * UInt64(shape.cut))
        }

        // Each flow has its packets and bytes of IP, at both network interfaces, over all swaps.
        #expect(spool.drains >= swaps)
        #expect(spool.skippedPackets == 0)
        #expect(last.unparsedPackets == 0)
        let share = sent / UInt64(Self.flows)
        let each = MemorySpool.Sum(accepted: share, acceptedBytes: share * UInt64(shape.frame - 14))
        for (interface, direction) in [(KernelTestbed.webID, FlowDirection.egress), (KernelTestbed.clientID, .ingress)]
        {
            let flows = spool.flows(interface, direction, port: 7000)
            #expect(flows.count == Self.flows)
            #expect(flows.allSatisfy { $0 == each })
        }
        let all = [FlowDirection.ingress, .egress].flatMap { spool.flows(KernelTestbed.webID, $0) }
        #expect(all.reduce(0) { $0 + $1.accepted } == ledger.matchedPackets)
        #expect(all.reduce(0) { $0 + $1.acceptedBytes } == ledger.matchedBytes - 14 * ledger.matchedPackets)

        let sample = UInt64(rounds * ((packets + step - 1) / step))
        let decoded = try capture.finish(expecting: ledger.dropped == [:] ? sample : 1)
        #expect(ledger.dropped != [:] || decoded.copies == sample)
        #expect(decoded.bad_outer == 0)
        #expect(decoded.bad_inner_ip == 0)
        #expect(decoded.bad_inner_checksum == 0)
        #expect(decoded.fragments == 0)
        #expect(decoded.sizes == [String(shape.cut): decoded.copies])
    }

    /// The ledger once it stands still.
    private func settledLedger(_ bed: KernelTestbed) throws -> SessionLedger {
        let end = Date().addingTimeInterval(20)
        var ledger = try bed.ledger()
        while Date() < end {
            usleep(300_000)
            let next = try bed.ledger()
            if next == ledger { break }
            ledger = next
        }
        return ledger
    }

    /// A TCP stream from web to the client, as large buffers where the devices take them.
    private final class Stream {
        private let receiver: Command.Running
        private let sender: Command.Running

        init(_ bed: KernelTestbed, bytes: Int) throws {
            receiver = try Command.start(
                ["socat", "-d", "-d", "-u", "TCP-LISTEN:7100,reuseaddr", "OPEN:/dev/null"],
                in: try #require(bed.client.name), until: "listening on")
            sender = try Command.start(
                [
                    "socat", "-d", "-d", "-u", "OPEN:/dev/zero,readbytes=\(bytes)",
                    "TCP:\(KernelTestbed.clientAddress):7100",
                ], in: try #require(bed.web.name), until: "starting data transfer")
        }

        /// Waits for the end of the stream.
        func finish() {
            _ = sender.finish()
            _ = receiver.finish()
        }
    }
}
