import DataPlane
import Foundation
import Model
import Testing

extension KernelTests {
    /// Floods for some seconds with everything matched, and holds what arrived at the collector against the bound.
    private func flood(
        _ bed: KernelTestbed, _ sessions: [MirrorIntent], host: MirrorBudget? = nil, bytes: Int = 22
    ) throws -> (seconds: Double, copies: UInt64, outerBytes: UInt64, sent: UInt64) {
        #expect(try bed.apply(bed.bindings(), sessions, budget: host) == [])
        try bed.warmUp()
        try bed.count("udp dport 7000-7009", in: bed.client, verdict: "drop")
        try bed.silenceCollector()
        let began = DispatchTime.now().uptimeNanoseconds
        var sent: UInt64 = 0
        while DispatchTime.now().uptimeNanoseconds - began < 3_000_000_000 {
            for port in 0..<UInt16(sessions.count) {
                try UDPSender.send(1000, bytes: bytes, to: KernelTestbed.clientAddress, port: 7000 + port, in: bed.web)
                sent += 1000
            }
        }
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - began) / 1e9
        let arrived = try #require(try bed.counted(in: bed.collector).first)
        // Production is untouched.
        #expect(try bed.counted(in: bed.client).map(\.packets) == [sent])
        for session in sessions {
            let ledger = try bed.ledger(session.sessionID)
            #expect(ledger.inFlightPackets == 0)
            #expect(ledger.dropped.keys.allSatisfy { $0 == "budget" })
            #expect(ledger.matchedPackets == ledger.mirroredPackets + (ledger.dropped["budget"] ?? 0))
        }
        return (seconds, arrived.packets, arrived.bytes, sent)
    }

    private func onPort(_ number: UInt16, budget: MirrorBudget?) throws -> MirrorIntent {
        let ports = PortRange(first: 7000 + number, last: 7000 + number)
        var session = try KernelTestbed.session(
            "tms-\(number)", priority: Int(number) + 1, vni: UInt32(number), ingress: [],
            egress: [KernelTestbed.rule(transport: .udp, destinationPorts: ports)])
        session.budget = budget
        return session
    }

    /// The bound, and the 20 ms that may run ahead of it.
    private func expect(_ count: UInt64, perSecond: Double, over seconds: Double, _ what: Comment) {
        let most = perSecond * (seconds + 0.02) * 1.01 + 1
        // A sender that had to wait for its turn on the machine used less.
        let least = perSecond * seconds * 0.8
        print(what, count, "in", seconds, "s, bound", perSecond * seconds)
        #expect(Double(count) <= most, what)
        #expect(Double(count) >= least, what)
    }

    @Test func `a budget of packets holds for the session, and what is beyond is counted`() throws {
        let bed = try KernelTestbed()
        let result = try flood(bed, [onPort(0, budget: MirrorBudget(packetsPerSecond: 20_000))])
        expect(result.copies, perSecond: 20_000, over: result.seconds, "packets of one session")
        let ledger = try bed.ledger("tms-0")
        #expect(ledger.matchedPackets == result.sent)
        #expect(ledger.mirroredPackets == result.copies)
    }

    @Test func `a budget of bits counts whole copies as they are cut`() throws {
        let bed = try KernelTestbed()
        var session = try onPort(0, budget: MirrorBudget(bitsPerSecond: 20_000_000))
        session.packetLength = 100
        let result = try flood(bed, [session], bytes: 1000)
        // nft counts from the outer IP header: 36 bytes of envelope and 114 of frame.
        #expect(result.outerBytes == result.copies * 150)
        expect(result.copies * 164 * 8, perSecond: 20_000_000, over: result.seconds, "bits of one session")
    }

    @Test func `the budget of the host bounds all sessions together and costs none of theirs`() throws {
        let bed = try KernelTestbed()
        let result = try flood(
            bed,
            [onPort(0, budget: MirrorBudget(packetsPerSecond: 5000)), onPort(1, budget: nil), onPort(2, budget: nil)],
            host: MirrorBudget(packetsPerSecond: 30_000))
        expect(result.copies, perSecond: 30_000, over: result.seconds, "packets of the host")
        #expect(try bed.ledger("tms-0").mirroredPackets <= UInt64(5000 * (result.seconds + 0.02) * 1.01) + 1)
        // Without the bounds everything passes again, at once.
        let before = try bed.ledger("tms-1")
        #expect(try bed.apply(bed.bindings(), [onPort(1, budget: nil)]) == [])
        try UDPSender.send(20_000, bytes: 10, to: KernelTestbed.clientAddress, port: 7001, in: bed.web)
        let after = try bed.ledger("tms-1")
        #expect(after.mirroredPackets - before.mirroredPackets == 20_000)
    }

    @Test func `a budget of nothing copies nothing`() throws {
        let bed = try KernelTestbed()
        var session = try onPort(0, budget: MirrorBudget(packetsPerSecond: 0))
        #expect(try bed.apply(bed.bindings(), [session]) == [])
        try bed.warmUp()
        try bed.silenceCollector()
        try UDPSender.send(100, bytes: 10, to: KernelTestbed.clientAddress, port: 7000, in: bed.web)
        #expect(try bed.ledger("tms-0").dropped == ["budget": 100])
        // One packet a minute: the first passes, the second waits.
        session.budget = MirrorBudget(bitsPerSecond: 1)
        #expect(try bed.apply(bed.bindings(), [session]) == [])
        try UDPSender.send(100, bytes: 10, to: KernelTestbed.clientAddress, port: 7000, in: bed.web)
        let ledger = try bed.ledger("tms-0")
        #expect(ledger.dropped == ["budget": 199])
        #expect(ledger.mirroredPackets == 1)
    }

    @Test func `a large buffer is charged as the packets it becomes`() throws {
        let bed = try KernelTestbed()
        var session = try KernelTestbed.session(
            packetLength: 200, ingress: [], egress: [KernelTestbed.rule(transport: .tcp)])
        session.budget = MirrorBudget(bitsPerSecond: 10_000_000)
        #expect(try bed.apply(bed.bindings(), [session]) == [])
        try bed.warmUp()
        try bed.silenceCollector()
        let listener = try Command.start(
            ["socat", "-d", "-d", "-u", "TCP-LISTEN:7100,reuseaddr", "OPEN:/dev/null"],
            in: try #require(bed.client.name), until: "listening on")
        let began = DispatchTime.now().uptimeNanoseconds
        try Command.run(
            "sh", "-c", "head -c 400000000 /dev/zero | socat -u - TCP:\(KernelTestbed.clientAddress):7100",
            in: bed.web.name)
        _ = listener.finish()
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - began) / 1e9
        let ledger = try bed.ledger()
        #expect(ledger.dropped["budget"] ?? 0 > 0)
        #expect(ledger.matchedPackets == ledger.mirroredPackets + ledger.droppedPackets)
        let bits = (ledger.mirroredBytes + 50 * ledger.mirroredPackets) * 8
        print("\(bits) bits in \(seconds) s, \(ledger.mirroredPackets) of \(ledger.matchedPackets)")
        // One more buffer of 45 segments may have begun before the bound was reached.
        #expect(Double(bits) <= 10_000_000 * (seconds + 0.02) * 1.01 + 45 * 264 * 8)
        #expect(try bed.counted(in: bed.collector).map(\.packets) == [ledger.mirroredPackets])
    }
}
