import DataPlane
import Foundation
import Model
import Testing

/// Budgets while the source sends as fast as one CPU can, by figures of the generator and of the far end.
extension KernelTests {
    struct Saturation: CustomTestStringConvertible, Sendable {
        var session: MirrorBudget?
        var host: MirrorBudget?
        var testDescription: String {
            "session \(session.map(Self.text) ?? "unbounded"), host \(host.map(Self.text) ?? "unbounded")"
        }
        /// Sessions that share the traffic.
        var sessions: Int { host == nil ? 1 : 2 }
        /// Copies a second that the bounds allow, at 250 bytes each.
        var rate: Double {
            let bounds = [session, host].compactMap { $0 }.flatMap {
                [$0.packetsPerSecond.map { Double($0) }, $0.bitsPerSecond.map { Double($0) / (250 * 8) }]
            }
            return bounds.compactMap { $0 }.min() ?? .infinity
        }
        private static func text(_ budget: MirrorBudget) -> String {
            budget.packetsPerSecond.map { "\($0) packets/s" } ?? "\(budget.bitsPerSecond ?? 0) bits/s"
        }
    }

    /// The first flows of the generator are the first session's, the rest the second's.
    private func session(_ number: Int, of count: Int, budget: MirrorBudget?) throws -> MirrorIntent {
        var rule = try KernelTestbed.rule(transport: .udp)
        if count > 1 {
            let middle = UInt16(16384 + 500)
            rule.sourcePorts =
                number == 0 ? PortRange(first: 16384, last: middle - 1) : PortRange(first: middle, last: 65535)
        }
        var session = try KernelTestbed.session(
            "tms-\(number)", priority: number + 1, vni: UInt32(number), ingress: [], egress: [rule])
        session.budget = budget
        return session
    }

    @Test(arguments: [
        Saturation(session: MirrorBudget(packetsPerSecond: 20_000)),
        Saturation(session: MirrorBudget(bitsPerSecond: 40_000_000)),
        Saturation(host: MirrorBudget(packetsPerSecond: 20_000)),
        Saturation(host: MirrorBudget(bitsPerSecond: 40_000_000)),
    ])
    func `a saturated mirror keeps its budget within one percent, and production loses nothing`(_ shape: Saturation)
        throws
    {
        let bed = try KernelTestbed()
        try bed.warmUp()
        let sessions = try (0..<shape.sessions).map { try session($0, of: shape.sessions, budget: shape.session) }
        #expect(try bed.apply(bed.bindings(), sessions, budget: shape.host) == [])
        let arrived = try PacketTool.count(port: 7000, in: bed.client.name)
        let copies = try PacketTool.count(port: 4789, in: bed.collector.name, "--copies")
        let sent = try PacketTool.generate(
            4_000_000, on: "pw", in: bed.router.name, from: "10.77.1.2",
            to: KernelTestbed.clientAddress.description, frame: 200, flows: 1000
        ).sent()
        let ledgers = try sessions.map { try bed.ledger($0.sessionID) }
        let atClient = try arrived.counted()
        let atCollector = try copies.counted()
        let mirrored = ledgers.reduce(0) { $0 + $1.mirroredPackets }
        let bound = shape.rate * sent.seconds
        print(
            "\(shape.testDescription): \(Int(Double(sent.packets) / sent.seconds)) sent a second for \(sent.seconds) s "
                + "(\(sent.stalled) s stalled), \(atCollector.packets) copies, \(Double(atCollector.packets) / bound) of "
                + "the bound, dropped \(ledgers.map(\.dropped))")
        // The bound, and the 20 ms that may run ahead of it. Budget that was not used while the sender had no CPU is
        // gone after the same 20 ms.
        #expect(Double(atCollector.packets) <= (bound + 0.02 * shape.rate) * 1.01 + 1)
        #expect(Double(atCollector.packets) >= shape.rate * (sent.seconds - sent.stalled) * 0.99 - 1)
        #expect(atCollector.inner_bytes == 200 * atCollector.packets)
        #expect(atCollector.malformed == 0)
        #expect(atCollector.packets == mirrored)
        for ledger in ledgers {
            #expect(ledger.matchedPackets == sent.packets / UInt64(shape.sessions))
            #expect(ledger.dropped == ["budget": ledger.matchedPackets - ledger.mirroredPackets])
            // Neither starves the other.
            #expect(ledger.mirroredPackets > mirrored / 10)
        }
        #expect(atClient.packets == sent.packets)
        #expect(atClient.identity == sent.identity)
    }
}
