import DataPlane
import Foundation
import Glibc
import Model
import Testing

extension KernelTests {
    private func run(_ bed: KernelTestbed, _ count: Int = 500, pause: UInt32 = 0) throws {
        try UDPSender.send(
            count, bytes: 10, to: KernelTestbed.clientAddress, port: 7000, in: bed.web, pause: pause)
    }

    private func egressOnly() throws -> MirrorIntent {
        try KernelTestbed.session(ingress: [], egress: [KernelTestbed.rule(transport: .udp)])
    }

    @Test func `a target without a neighbour loses every copy as no_neighbour`() throws {
        let bed = try KernelTestbed()
        let nobody = IPv4Address(rawValue: 0x0a4d_0363)
        let session = try KernelTestbed.session(
            target: nobody, ingress: [], egress: [KernelTestbed.rule(transport: .udp)])
        #expect(try bed.apply(bed.bindings(), [session]) == [])
        try bed.warmUp()
        try run(bed)
        let early = try #require(try bed.plane().ledgers().first)
        #expect(early.mirroredPackets == 0)
        let ledger = try bed.ledger(within: 20)
        #expect(ledger.matchedPackets == 500)
        #expect(ledger.dropped == ["no_neighbour": 500])
        #expect(ledger.mirroredPackets == 0)
        #expect(ledger.inFlightPackets == 0)
    }

    /// The kernel does not enter a tracing program again on a CPU that is running it: here a process on each CPU makes
    /// it run most of the time, and the copies are freed by timers.
    @Test func `copies that are dropped in the midst of other drops are counted as well`() throws {
        let bed = try KernelTestbed()
        try bed.count("udp dport 9", in: bed.router, hook: "output", verdict: "drop")
        let sessions = try (0..<10).map { number in
            let port = UInt16(7000 + number)
            return try KernelTestbed.session(
                "tms-\(number)", priority: number + 1, vni: UInt32(number),
                target: IPv4Address(rawValue: 0x0a4d_0363 + UInt32(number)), ingress: [],
                egress: [KernelTestbed.rule(transport: .udp, destinationPorts: PortRange(first: port, last: port))])
        }
        #expect(try bed.apply(bed.bindings(), sessions) == [])
        try bed.warmUp()
        let storm = """
            import socket, sys
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            print("sending", file=sys.stderr, flush=True)
            while True:
                try: s.sendto(b"x", ("10.77.2.2", 9))
                except PermissionError: pass
            """
        let router = try #require(bed.router.name)
        let storms = try ["0", "1"].map {
            try Command.start(["taskset", "-c", $0, "python3", "-c", storm], in: router, until: "sending")
        }
        defer { for storm in storms { _ = storm.end() } }
        for port in 7000..<7010 {
            try UDPSender.send(
                100, bytes: 10, to: KernelTestbed.clientAddress, port: UInt16(port), in: bed.web)
        }
        for session in sessions {
            let ledger = try bed.ledger(session.sessionID, within: 30)
            #expect(ledger.matchedPackets == 100)
            #expect(ledger.dropped == ["no_neighbour": 100])
        }
    }

    @Test func `a target without a route loses every copy as no_route`() throws {
        let bed = try KernelTestbed()
        let session = try KernelTestbed.session(
            target: IPv4Address(rawValue: 0xc633_6401), ingress: [], egress: [KernelTestbed.rule(transport: .udp)])
        #expect(try bed.apply(bed.bindings(), [session]) == [])
        try bed.warmUp()
        try run(bed)
        #expect(try bed.ledger().dropped == ["no_route": 500])
    }

    @Test func `a target without an address is down`() throws {
        let bed = try KernelTestbed()
        let session = try KernelTestbed.session(
            target: nil, ingress: [], egress: [KernelTestbed.rule(transport: .udp)])
        #expect(try bed.apply(bed.bindings(), [session]) == [])
        try bed.warmUp()
        try run(bed)
        #expect(try bed.ledger().dropped == ["target_down": 500])
    }

    @Test func `a path too narrow for any copy loses them as mtu`() throws {
        let bed = try KernelTestbed()
        try bed.warmUp()
        try Command.run("ip", "link", "set", "pk", "mtu", "100", in: bed.router.name)
        #expect(try bed.apply(bed.bindings(), [egressOnly()]) == [])
        try run(bed)
        #expect(try bed.ledger().dropped == ["mtu": 500])
        // Wide enough again: followed without another word.
        try Command.run("ip", "link", "set", "pk", "mtu", "9000", in: bed.router.name)
        try bed.plane().refresh()
        try bed.silenceCollector()
        try run(bed)
        #expect(try bed.ledger().mirroredPackets == 500)
    }

    @Test func `copies beyond the queue of the underlay are queue_full, in packets and bytes`() throws {
        let bed = try KernelTestbed()
        #expect(try bed.apply(bed.bindings(), [egressOnly()]) == [])
        try bed.warmUp()
        try bed.silenceCollector()
        try Command.run(
            "tc", "qdisc", "add", "dev", "pk", "root", "tbf", "rate", "1mbit", "burst", "3000", "limit", "3000",
            in: bed.router.name)
        try run(bed, 2000)
        let end = Date().addingTimeInterval(10)
        var ledger = try bed.ledger()
        var arrived: UInt64 = 0
        // The queue empties at its own pace.
        repeat {
            arrived = try #require(try bed.counted(in: bed.collector).first).packets
            ledger = try bed.ledger()
        } while arrived < ledger.mirroredPackets && Date() < end
        #expect(Set(ledger.dropped.keys) == ["queue_full"])
        #expect(ledger.mirroredPackets == arrived)
        #expect(ledger.mirroredBytes == arrived * 52)
        #expect(ledger.matchedPackets == 2000)
        #expect(ledger.matchedPackets == ledger.mirroredPackets + ledger.droppedPackets)
    }

    @Test func `a reason of the kernel that has no name of ours keeps its own`() throws {
        let bed = try KernelTestbed()
        #expect(try bed.apply(bed.bindings(), [egressOnly()]) == [])
        try bed.warmUp()
        // Somebody takes the helper device down.
        let helper = try #require(try bed.plane().helperDeviceNames.first)
        try Command.run("ip", "link", "set", helper, "down", in: bed.router.name)
        try run(bed)
        #expect(try bed.ledger(within: 20).dropped == ["other(QDISC_DROP)": 500])
        try bed.plane().refresh()
        try bed.silenceCollector()
        try run(bed)
        #expect(try bed.ledger().mirroredPackets == 500)
    }

    @Test(arguments: [true, false]) func `a target whose link is down is down, before and after it is noticed`(
        _ isPort: Bool
    ) throws {
        let bed = try KernelTestbed()
        #expect(try bed.apply(bed.bindings(), [egressOnly()]) == [])
        try bed.warmUp()
        try bed.silenceCollector()
        try run(bed, 100)
        #expect(try bed.ledger().mirroredPackets == 100)
        // The far end of the cable, or the router's own port.
        let socket = try RouteSocket(in: isPort ? bed.router : bed.collector)
        let link = try #require(try socket.link(named: isPort ? "pk" : "eth0"))
        try socket.setLink(index: link.index, up: false)
        try run(bed)
        if !isPort { #expect(try bed.ledger(within: 20).dropped == ["target_down": 500]) }
        try bed.plane().refresh()
        try run(bed)
        let ledger = try bed.ledger(within: 20)
        #expect(ledger.matchedPackets == 1100)
        #expect(ledger.mirroredPackets == 100)
        #expect(ledger.droppedPackets == 1000)
        #expect(ledger.dropped["target_down"] ?? 0 >= 500)
        #expect(ledger.inFlightPackets == 0)
        try socket.setLink(index: link.index, up: true)
        if !isPort { try bed.giveDefaultRoute(bed.collector, 3) }
        try bed.plane().refresh()
        try Command.run("ping", "-c", "1", "-W", "5", KernelTestbed.collectorAddress.description, in: bed.web.name)
        try run(bed, 100)
        #expect(try bed.ledger().mirroredPackets == 200)
    }

    @Test func `a target where nobody listens refuses, and nothing breeds`() throws {
        let bed = try KernelTestbed()
        // All traffic of web, and of the collector towards web, both mirrored to each other's side.
        let back = MirrorIntent(
            sessionID: "tms-back", networkInterfaceID: KernelTestbed.collectorID, priority: 2, vni: 77,
            packetLength: 1500, target: MirrorTargetIntent(targetID: "tmt-2", address: KernelTestbed.webAddress),
            ingressRules: [try KernelTestbed.rule()], egressRules: [try KernelTestbed.rule()])
        try bed.warmUp()
        #expect(try bed.apply(bed.bindings(), [KernelTestbed.session(ingress: [KernelTestbed.rule()]), back]) == [])
        try run(bed, 200, pause: 3000)
        usleep(300_000)
        let ledger = try bed.ledger()
        // Only the 200 packets and nothing about them, whatever the client and the collector answer to whom:
        // the client refuses port 7000 too, and its errors are web's own traffic.
        let refusals = ledger.matchedPackets - 200
        #expect(refusals <= 200)
        #expect(ledger.mirroredPackets == ledger.matchedPackets)
        #expect(ledger.targetRefusedPackets > 0)
        #expect(ledger.targetRefusedPackets <= ledger.mirroredPackets)
        let other = try bed.ledger("tms-back")
        #expect(other.matchedPackets == 0)
        print(
            "refused \(ledger.targetRefusedPackets) of \(ledger.mirroredPackets), self \(ledger.selfPackets) and \(other.selfPackets)"
        )
    }
}
