import DataPlane
import Foundation
import Glibc
import Model
import Testing

/// Every way to mirror copies again, at once: four hosts, of which three are ends and one is the router between them.
extension KernelTests {
    /// The data plane of one namespace's own device, as on a host of its own.
    private final class Host {
        let plane: KernelDataPlane
        let spool = MemorySpool()
        let binding: DeviceBinding
        private let pinDirectory: String

        init(_ id: String, in namespace: NetworkNamespace, address: IPv4Address) throws {
            pinDirectory = "/run/weir-test-\(namespace)"
            plane = try KernelDataPlane(pinDirectory: pinDirectory, attach: KernelTestbed.defaultAttach)
            binding = DeviceBinding(
                networkInterfaceID: id, namespace: namespace.name, device: "eth0", side: .own, mac: nil,
                primaryAddress: address, addresses: [IPAddress(address)], flowLogs: [])
        }

        deinit { plane.detachAll() }
    }

    private func session(_ number: Int, of id: String, to target: IPv4Address) throws -> MirrorIntent {
        var session = try KernelTestbed.session(
            "tms-\(number)", priority: number, vni: UInt32(number), target: target)
        session.networkInterfaceID = id
        return session
    }

    @Test func `nothing that hosts send each other makes copies breed`() throws {
        let seconds = ProcessInfo.processInfo.environment["WEIR_TEST_BREEDING_SECONDS"].flatMap { Double($0) } ?? 10
        let bed = try KernelTestbed(collectorMTU: 1500)
        try bed.warmUp()
        let ends = [
            (bed.web, KernelTestbed.webAddress), (bed.client, KernelTestbed.clientAddress),
            (bed.collector, KernelTestbed.collectorAddress),
        ]
        let hosts = try ends.enumerated().map { try Host("eni-host-\($0)", in: $1.0, address: $1.1) }
        // Each host to the next one, in a circle. The router's ports: there and back, and the target that is the
        // source, so that copies leave through the very device they were made at.
        let circle = try (0..<3).map { try session($0 + 1, of: "eni-host-\($0)", to: ends[($0 + 1) % 3].1) }
        let routed = [
            try session(4, of: KernelTestbed.webID, to: KernelTestbed.clientAddress),
            try session(5, of: KernelTestbed.clientID, to: KernelTestbed.webAddress),
            try session(6, of: KernelTestbed.collectorID, to: KernelTestbed.collectorAddress),
        ]
        func tunnel(_ session: MirrorIntent, from source: IPv4Address) throws -> MirrorTunnel {
            MirrorTunnel(source: source, destination: try #require(session.target.address), vni: session.vni)
        }
        let circleTunnels = try (0..<3).map { try tunnel(circle[$0], from: ends[$0].1) }
        let routedTunnels = try (0..<3).map { try tunnel(routed[$0], from: ends[$0].1) }
        // What does not cross as a copy, once each, and every copy where it ends.
        try bed.count("udp dport != 4789", in: bed.router)
        try bed.count("meta l4proto { tcp, icmp }", in: bed.router, hook: "forward")
        for (namespace, _) in ends { try bed.count("udp dport 4789", in: namespace) }
        func copies() throws -> UInt64 { try ends.reduce(0) { try $0 + (bed.counted(in: $1.0).first?.packets ?? 0) } }

        #expect(
            try bed.apply(bed.bindings(), routed, scope: .everything, arriving: circleTunnels) == [])
        for number in 0..<3 {
            var state = DesiredState(
                generation: 1, sliceSeconds: 60, lab: nil, bindings: [hosts[number].binding],
                sessions: [circle[number]])
            state.mirrorScope = .everything
            state.arrivingTunnels = routedTunnels + circleTunnels.filter { $0.source != ends[number].1 }
            #expect(hosts[number].plane.apply(state, spool: hosts[number].spool) == [])
        }
        // Datagrams to closed ports, which are answered with errors, and so are the copies, which nobody awaits.
        let end = Date().addingTimeInterval(seconds)
        var sent: UInt64 = 0
        while Date() < end {
            for (from, to) in [(0, 1), (1, 2), (2, 0), (0, 2)] {
                try UDPSender.send(100, bytes: 1400, to: ends[to].1, port: 7000, in: ends[from].0, pause: 50)
                sent += 100
            }
            try Command.run("ping", "-c", "20", "-i", "0.002", "-q", ends[1].1.description, in: bed.web.name)
            sent += 20
        }
        // Whatever breeds goes on by itself.
        var before = try copies()
        let deadline = Date().addingTimeInterval(10)
        repeat {
            usleep(500_000)
            let now = try copies()
            if now == before { break }
            before = now
        } while Date() < deadline
        usleep(500_000)
        let total = try copies()
        #expect(total == before)
        let ledgers =
            try (circle.indices.map { try #require(hosts[$0].plane.ledgers().first) })
            + routed.map { try bed.ledger($0.sessionID) }
        let originals = try bed.counted(in: bed.router).reduce(0) { $0 + $1.packets }
        print("\(seconds) s: \(sent) sent, \(originals) crossed the router, \(total) copies arrived")
        for ledger in ledgers {
            print(ledger)
            #expect(ledger.mirroredPackets > 0)
            #expect(ledger.inFlightPackets == 0)
            #expect(ledger.matchedPackets == ledger.mirroredPackets + ledger.droppedPackets)
            #expect(ledger.selfPackets > 0)
        }
        #expect(total == ledgers.reduce(0) { $0 + $1.mirroredPackets })
        // A packet has two ends and two ports, and a copy at each at most.
        #expect(originals >= sent)
        #expect(total <= 4 * originals)
    }
}
