import DataPlane
import Foundation
import Model
import Packet
import Testing

/// Packets of the exactness tests; more by WEIR_TEST_PACKETS.
let testPackets = ProcessInfo.processInfo.environment["WEIR_TEST_PACKETS"].flatMap { Int($0) } ?? 1_000_000

extension KernelTests {
    @Test func `every packet of both directions is copied once and counted once`() throws {
        let bed = try KernelTestbed()
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"]), [KernelTestbed.session()]) == [])
        try bed.warmUp()
        // References in the kernel, fresh after the warm-up.
        try bed.count("udp dport 7000", in: bed.client, verdict: "drop")
        try bed.count("udp dport 7001", in: bed.web, verdict: "drop")
        try bed.silenceCollector()
        let before = try bed.ledger()
        let began = Date()
        try UDPSender.send(testPackets / 2, bytes: 22, to: KernelTestbed.clientAddress, port: 7000, in: bed.web)
        try UDPSender.send(testPackets / 2, bytes: 22, to: KernelTestbed.webAddress, port: 7001, in: bed.client)
        let seconds = Date().timeIntervalSince(began)
        let ledger = try bed.ledger()
        _ = try bed.plane().drain(spool: bed.spool)
        let sent = UInt64(testPackets / 2)
        print("\(testPackets) packets in \(seconds) s, ledger \(ledger)")
        #expect(try bed.counted(in: bed.client).map(\.packets) == [sent])
        #expect(try bed.counted(in: bed.web).map(\.packets) == [sent])
        #expect(try bed.counted(in: bed.collector).map(\.packets) == [2 * sent])
        #expect(ledger.matchedPackets - before.matchedPackets == 2 * sent)
        #expect(ledger.mirroredPackets - before.mirroredPackets == 2 * sent)
        #expect(ledger.mirroredBytes - before.mirroredBytes == 2 * sent * 64)
        #expect(ledger.inFlightPackets == 0)
        #expect(ledger.dropped == [:])
        // IP total length: 20 + 8 + 22.
        let crossed = MemorySpool.Sum(accepted: sent, acceptedBytes: sent * 50)
        #expect(bed.spool.sum(KernelTestbed.webID, .egress, port: 7000) == crossed)
        #expect(bed.spool.sum(KernelTestbed.clientID, .ingress, port: 7000) == crossed)
        #expect(bed.spool.sum(KernelTestbed.clientID, .egress, port: 7001) == crossed)
        #expect(bed.spool.sum(KernelTestbed.webID, .ingress, port: 7001) == crossed)
        // Copies are in no flow log, not even in the collector's own.
        #expect(bed.spool.sum(KernelTestbed.collectorID, .ingress) == MemorySpool.Sum())
    }
}
