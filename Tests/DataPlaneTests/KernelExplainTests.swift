import DataPlane
import Foundation
import Model
import Packet
import Testing

extension KernelTests {
    @Test func `the matcher that explains packets decides as the program does, rule by rule`() throws {
        let bed = try KernelTestbed()
        var random = SeededNumbers(state: 42)
        for round in 0..<6 {
            let sessions = try (1...3).map { number in
                try KernelTestbed.session(
                    "tms-\(number)", priority: number, vni: UInt32(number),
                    ingress: rules("i\(round)-\(number)", &random), egress: rules("e\(round)-\(number)", &random))
            }
            #expect(try bed.apply(bed.bindings(), sessions) == [])
            let before = try hits(bed)
            var expected: [String: UInt64] = [:]
            for _ in 0..<40 {
                let tuple = packet(&random)
                let direction: FlowDirection = Bool.random(using: &random) ? .ingress : .egress
                let isFragment = Int.random(in: 0..<5, using: &random) == 0
                var frame = try #require(FrameBuilder().frame(tuple, payload: [1, 2, 3, 4]))
                // Fragment offset 1: a later fragment.
                if isFragment { frame[21] = 1 }
                try bed.plane().inject(frame, on: KernelTestbed.webID, direction: direction)
                let carriesPorts = !isFragment && tuple.transport != IPProtocol.icmp
                for trace in RuleMatcher.trace(sessions, tuple, direction: direction, carriesPorts: carriesPorts) {
                    if let rule = trace.decisive { expected["\(trace.sessionID) \(rule.ruleID)", default: 0] += 1 }
                }
            }
            let after = try hits(bed)
            let grown = after.merging(before) { $0 - $1 }.filter { $0.value > 0 }
            #expect(grown == expected)
            #expect(expected.count > 3)
        }
    }

    private func hits(_ bed: KernelTestbed) throws -> [String: UInt64] {
        var hits: [String: UInt64] = [:]
        for ledger in try bed.plane().ledgers() {
            for (rule, count) in ledger.ruleHits { hits["\(ledger.sessionID) \(rule)"] = count }
        }
        return hits
    }

    private func rules(_ name: String, _ random: inout SeededNumbers) throws -> [MirrorRule] {
        let transports: [MirrorRule.Transport] = [.tcp, .udp, .icmp, .all]
        let lengths = [0, 23, 24, 25]
        let edges: [UInt16] = [1, 80, 443, 65535]
        return try (1...4).map { number in
            func block() -> String {
                "10.0.\(Int.random(in: 0...1, using: &random)).0/\(lengths.randomElement(using: &random) ?? 0)"
            }
            func ports() -> PortRange {
                let ends = edges.shuffled(using: &random).prefix(2).sorted()
                return Bool.random(using: &random) ? .any : PortRange(first: ends[0], last: ends[1])
            }
            return MirrorRule(
                ruleID: "\(name)-\(number)", priority: number, accept: Bool.random(using: &random),
                transport: transports.randomElement(using: &random) ?? .all,
                source: try #require(IPv4CIDR(block())), destination: try #require(IPv4CIDR(block())),
                sourcePorts: ports(), destinationPorts: ports())
        }
    }

    private func packet(_ random: inout SeededNumbers) -> FiveTuple {
        let transports = [IPProtocol.tcp, IPProtocol.udp, IPProtocol.icmp]
        let edges: [UInt16] = [1, 79, 80, 81, 443, 444, 65535]
        let transport = transports.randomElement(using: &random) ?? IPProtocol.tcp
        func address() -> IPAddress {
            IPAddress(IPv4Address(rawValue: 0x0a00_0000 | UInt32.random(in: 0..<0x400, using: &random)))
        }
        func port() -> UInt16 { transport == IPProtocol.icmp ? 0 : edges.randomElement(using: &random) ?? 1 }
        return FiveTuple(
            source: address(), destination: address(), transport: transport, sourcePort: port(), destinationPort: port()
        )
    }
}

/// SplitMix64: the same numbers on every run.
private struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}
