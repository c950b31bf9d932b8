import DataPlane
import Model
import Testing

extension KernelTests {
    private func rule(_ id: String, _ priority: Int, accept: Bool = true, _ ports: ClosedRange<UInt16>) throws
        -> MirrorRule
    {
        try KernelTestbed.rule(
            priority, id: id, accept: accept, transport: .udp,
            destinationPorts: PortRange(first: ports.lowerBound, last: ports.upperBound))
    }

    @Test func `every rule counts the packets it decides, and keeps its count when others change`() throws {
        let bed = try KernelTestbed()
        var first = try KernelTestbed.session(
            "tms-1", priority: 1, ingress: [],
            egress: [
                rule("refuse", 1, accept: false, 7002...7002), rule("narrow", 2, 7001...7001),
                rule("never", 3, 7001...7002),
            ])
        let second = try KernelTestbed.session(
            "tms-2", priority: 2, ingress: [], egress: [rule("refuse", 1, 1...65535)])
        #expect(try bed.apply(bed.bindings(), [first, second]) == [])
        try bed.warmUp()
        try bed.silenceCollector()
        try bed.count("udp dport 7001 drop; udp dport 7002 drop; udp dport 7003", in: bed.client, verdict: "drop")
        func send() throws {
            for (port, count) in [(7001, 100), (7002, 200), (7003, 400)] {
                try UDPSender.send(
                    count, bytes: 10, to: KernelTestbed.clientAddress, port: UInt16(port), in: bed.web)
            }
        }
        try send()
        #expect(try bed.ledger("tms-1").ruleHits == ["refuse": 200, "narrow": 100, "never": 0])
        // The same rule in another session is counted by itself: it decided about what the first left.
        #expect(try bed.ledger("tms-2").ruleHits == ["refuse": 600])
        #expect(try bed.ledger("tms-1").matchedPackets == 100)

        // Rules come, go and change their places; agents too.
        first.egressRules = [
            try rule("early", 1, accept: false, 7003...7003), try rule("narrow", 5, 7001...7001),
            try rule("refuse", 9, accept: false, 7002...7002),
        ]
        #expect(try bed.apply(bed.bindings(), [first, second]) == [])
        try bed.restart()
        try send()
        #expect(try bed.ledger("tms-1").ruleHits == ["refuse": 400, "narrow": 200, "early": 400])
        #expect(try bed.ledger("tms-2").ruleHits == ["refuse": 1200])
        // A rule that comes back starts at zero.
        first.egressRules = [try rule("never", 1, 7003...7003)]
        #expect(try bed.apply(bed.bindings(), [first, second]) == [])
        #expect(try bed.ledger("tms-1").ruleHits == ["never": 0])
        try send()
        #expect(try bed.ledger("tms-1").ruleHits == ["never": 400])
        #expect(try bed.ledger("tms-2").ruleHits == ["refuse": 1500])
    }

    @Test func `rules beyond the counters of a host are refused in words`() throws {
        let bed = try KernelTestbed()
        // 512 rules a direction are the most for one session's ENI, both directions share no rule.
        let sessions = try (0..<17).map { number in
            try KernelTestbed.session(
                "tms-\(number)", priority: number + 1, vni: UInt32(number),
                ingress: [], egress: (0..<1000).map { try KernelTestbed.rule($0 + 1, id: "r\($0)", transport: .tcp) })
        }
        let failures = try bed.apply(bed.bindings(), sessions)
        #expect(failures.filter { $0.reason.contains("rules of a host are in use") }.map(\.resourceID) == ["tms-16"])
        #expect(failures.filter { $0.reason.contains("512 is the most for one network interface") }.count == 16)
        // Room again, once they are gone.
        #expect(try bed.apply(bed.bindings()) == [])
        #expect(try bed.apply(bed.bindings(), [KernelTestbed.session()]) == [])
    }
}
