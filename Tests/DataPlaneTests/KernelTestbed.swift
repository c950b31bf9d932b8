import DataPlane
import Foundation
import Glibc
import Model
import Testing

/// All tests that measure packets run one after the other.
@Suite(.serialized) struct KernelTests {}

/// web - router - client, and a collector at the router; the router's ends are bound as ports of the ENIs.
final class KernelTestbed {
    static let webID = "eni-web"
    static let clientID = "eni-client"
    static let collectorID = "eni-collector"
    static let ownID = "eni-own"
    static let webAddress = IPv4Address(rawValue: 0x0a4d_0102)
    static let clientAddress = IPv4Address(rawValue: 0x0a4d_0202)
    static let collectorAddress = IPv4Address(rawValue: 0x0a4d_0302)

    let bed = NetlinkTestbed()
    let router: NetworkNamespace
    let web: NetworkNamespace
    let client: NetworkNamespace
    let collector: NetworkNamespace
    let pinDirectory: String
    let spool = MemorySpool()
    let attach: KernelDataPlane.Attach
    let clock: KernelClock
    private(set) var dataPlane: KernelDataPlane?
    private(set) var generation: UInt64 = 0

    /// How programs are attached in this run of the tests: WEIR_TEST_ATTACH, or what the kernel is best at.
    static let defaultAttach =
        getenv("WEIR_TEST_ATTACH").flatMap { KernelDataPlane.Attach(rawValue: String(cString: $0)) }
        ?? KernelDataPlane.bestAttach

    init(
        mtu: Int = 1500, collectorMTU: Int = 9000, offloads: Bool = true,
        attach: KernelDataPlane.Attach = KernelTestbed.defaultAttach, clock: KernelClock = .system
    ) throws {
        self.attach = attach
        self.clock = clock
        router = try bed.namespace("r")
        web = try bed.namespace("w")
        client = try bed.namespace("c")
        collector = try bed.namespace("k")
        pinDirectory = "/run/weir-test-\(router)"
        try router.writeSysctl("net/ipv4/ip_forward", "1")
        let ends = [(web, "pw", 1, mtu), (client, "pc", 2, mtu), (collector, "pk", 3, collectorMTU)]
        for (namespace, port, number, mtu) in ends {
            try connect(namespace, port, UInt32(number), mtu, offloads)
        }
        dataPlane = try KernelDataPlane(
            pinDirectory: pinDirectory, attach: attach, flowCapacity: 16384, clock: clock)
    }

    private func connect(_ namespace: NetworkNamespace, _ port: String, _ number: UInt32, _ mtu: Int, _ offloads: Bool)
        throws
    {
        let routes = try RouteSocket(in: router)
        let inside = try RouteSocket(in: namespace)
        try routes.createVeth(.init(name: port), peer: .init(name: "eth0", namespace: namespace), mtu: mtu)
        let subnet = 0x0a4d_0000 | number << 8
        for (socket, name, host) in [(routes, port, UInt32(1)), (inside, "eth0", UInt32(2))] {
            let link = try #require(try socket.link(named: name))
            try socket.setOffloads(offloads, of: name)
            try socket.addAddress(
                LinkAddress(
                    linkIndex: link.index, address: IPAddress(IPv4Address(rawValue: subnet | host)), prefixLength: 24))
            try socket.setLink(index: link.index, up: true)
        }
        let loopback = try #require(try inside.link(named: "lo"))
        try inside.setLink(index: loopback.index, up: true)
        try giveDefaultRoute(namespace, number)
    }

    /// The route that goes away when a link is taken down.
    func giveDefaultRoute(_ namespace: NetworkNamespace, _ number: UInt32) throws {
        let inside = try RouteSocket(in: namespace)
        let device = try #require(try inside.link(named: "eth0"))
        try inside.replaceRoute(
            Route(
                destination: IPAddress(IPv4Address(rawValue: 0)), prefixLength: 0, outInterface: device.index,
                gateway: IPAddress(IPv4Address(rawValue: 0x0a4d_0001 | number << 8))))
    }

    func plane() throws -> KernelDataPlane { try #require(dataPlane) }

    /// Lets go of the data plane without detaching, as a killed agent does, and takes over with a new one.
    /// Between the two, `meanwhile` may change what is pinned; `build` makes the successor another build.
    func restart(
        attach: KernelDataPlane.Attach? = nil, build: UInt64? = nil, meanwhile: () throws -> Void = {}
    ) throws {
        dataPlane = nil
        try meanwhile()
        let attach = attach ?? self.attach
        dataPlane = try KernelDataPlane(
            pinDirectory: pinDirectory, attach: attach, flowCapacity: 16384, clock: clock, build: build)
    }

    func abandon() { dataPlane = nil }

    func binding(_ id: String, _ device: String, _ address: IPv4Address, flowLogs: [String]) -> DeviceBinding {
        DeviceBinding(
            networkInterfaceID: id, namespace: router.name, device: device, side: .port, mac: nil,
            primaryAddress: address, addresses: [IPAddress(address)],
            flowLogs: flowLogs.map { FlowLogIntent(flowLogID: $0) })
    }

    func bindings(flowLogs: [String] = []) -> [DeviceBinding] {
        [
            binding(Self.webID, "pw", Self.webAddress, flowLogs: flowLogs),
            binding(Self.clientID, "pc", Self.clientAddress, flowLogs: flowLogs),
            binding(Self.collectorID, "pk", Self.collectorAddress, flowLogs: flowLogs),
        ]
    }

    static func rule(
        _ priority: Int = 1, id: String? = nil, accept: Bool = true, transport: MirrorRule.Transport = .all,
        source: String = "0.0.0.0/0", destination: String = "0.0.0.0/0", destinationPorts: PortRange = .any
    ) throws -> MirrorRule {
        MirrorRule(
            ruleID: id ?? "rule-\(priority)", priority: priority, accept: accept, transport: transport,
            source: try #require(IPv4CIDR(source)), destination: try #require(IPv4CIDR(destination)),
            sourcePorts: .any, destinationPorts: destinationPorts)
    }

    /// A session of web to the collector.
    static func session(
        _ id: String = "tms-1", priority: Int = 1, vni: UInt32 = 0xabcdef, packetLength: Int = 9600,
        target: IPv4Address? = KernelTestbed.collectorAddress, ingress: [MirrorRule]? = nil, egress: [MirrorRule]? = nil
    ) throws -> MirrorIntent {
        MirrorIntent(
            sessionID: id, networkInterfaceID: webID, priority: priority, vni: vni, packetLength: packetLength,
            target: MirrorTargetIntent(targetID: "tmt-1", address: target), ingressRules: try ingress ?? [rule()],
            egressRules: try egress ?? [rule()])
    }

    @discardableResult func apply(
        _ bindings: [DeviceBinding], _ sessions: [MirrorIntent] = [], budget: MirrorBudget? = nil,
        scope: MirrorScope = .cloud, arriving: [MirrorTunnel] = [], details: Bool = false
    ) throws -> [HostAcknowledgement.Failure] {
        generation += 1
        var state = DesiredState(
            generation: generation, sliceSeconds: 60, lab: nil, bindings: bindings, sessions: sessions)
        state.budget = budget
        state.mirrorScope = scope
        state.arrivingTunnels = arriving
        state.keepsFlowDetails = details
        return try plane().apply(state, spool: spool)
    }

    /// The ledger of a session once nothing is in flight.
    func ledger(_ id: String = "tms-1", within seconds: Double = 10) throws -> SessionLedger {
        let end = Date().addingTimeInterval(seconds)
        while true {
            let ledger = try #require(try plane().ledgers().first { $0.sessionID == id })
            if ledger.inFlightPackets == 0 || Date() > end { return ledger }
            usleep(20_000)
        }
    }

    /// Resolves all neighbours, so that the first packets of a test do not wait for them.
    func warmUp() throws {
        for address in [Self.clientAddress, Self.collectorAddress] {
            try Command.run("ping", "-c", "1", "-W", "5", address.description, in: web.name)
        }
    }

    /// Counters in the kernel that know nothing of us.
    func count(_ rule: String, in namespace: NetworkNamespace, hook: String = "prerouting", verdict: String = "") throws
    {
        let priority = hook == "prerouting" ? -300 : 0
        let script = """
            table ip reference { chain \(hook) { type filter hook \(hook) priority \(priority); policy accept;
            \(rule) counter \(verdict)
            }
            }

            """
        try Command.run("nft", "-f", "-", in: namespace.name, input: script)
    }

    /// Packets and bytes of the counters, in order.
    func counted(in namespace: NetworkNamespace) throws -> [(packets: UInt64, bytes: UInt64)] {
        try Command.run("nft", "list", "table", "ip", "reference", in: namespace.name)
            .split(separator: "\n").compactMap { line in
                let words = line.split(separator: " ")
                guard let place = words.firstIndex(of: "packets"), words.count > place + 3,
                    let packets = UInt64(words[place + 1]), let bytes = UInt64(words[place + 3])
                else { return nil }
                return (packets, bytes)
            }
    }

    /// Odd frames, from web to the client unless told otherwise; the kinds are in reference/frames.py.
    func frames(
        _ kind: String, _ count: Int, _ number: Int = 0, from source: IPv4Address = KernelTestbed.webAddress,
        to destination: IPv4Address = KernelTestbed.clientAddress, in namespace: NetworkNamespace? = nil
    ) throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/reference/frames.py"
        try Command.run(
            "python3", script, "eth0", kind, String(count), source.description, destination.description,
            String(number), in: (namespace ?? web).name)
    }

    /// web's own device as an ENI.
    func ownBinding(flowLogs: [String] = []) -> DeviceBinding {
        DeviceBinding(
            networkInterfaceID: Self.ownID, namespace: web.name, device: "eth0", side: .own, mac: nil,
            primaryAddress: Self.webAddress, addresses: [IPAddress(Self.webAddress)],
            flowLogs: flowLogs.map { FlowLogIntent(flowLogID: $0) })
    }

    /// Nobody at the collector listens, and nobody answers either.
    func silenceCollector() throws {
        try count("udp dport 4789", in: collector, hook: "prerouting", verdict: "drop")
    }

    deinit {
        if dataPlane == nil { dataPlane = try? KernelDataPlane(pinDirectory: pinDirectory) }
        dataPlane?.detachAll()
    }
}
