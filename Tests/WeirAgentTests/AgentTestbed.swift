import CloudAPI
import DataPlane
import FoundationEssentials
import Glibc
import Model
import Testing

/// `Data` is also the name of a field of the calls.
private typealias DocumentData = Data

/// A directory, a stand-in server and an agent for one test; lab and directory go away with the value.
final class AgentTestbed {
    let directory: String
    let labName: String
    private var server: ChildProcess?
    private var port = 0
    private let isTLS: Bool
    /// Of the stand-in's key.
    private(set) var pin: ServerPin?

    var stateDirectory: String { "\(directory)/state" }
    var runDirectory: String { "\(directory)/run" }
    var desired: String { "\(directory)/desired.json" }
    private var journal: String { "\(directory)/journal" }

    /// `tls`: the stand-in has a key of its own.
    init(tls: Bool = false) throws {
        isTLS = tls
        var template = Array("/tmp/weir-agent-XXXXXX".utf8CString)
        directory = String(cString: try #require(mkdtemp(&template)))
        let letters = directory.suffix(6).lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "0" }
        labName = "a" + String(letters).suffix(5)
        try startServer()
    }

    deinit {
        server = nil
        try? Lab.remove(name: labName)
        umount2("\(runDirectory)/bpf", Int32(MNT_DETACH))
        try? FileManager.default.removeItem(atPath: directory)
    }

    func startServer() throws {
        let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let process = try ChildProcess(
            ["python3", "/\(tests)/reference/agent_server.py", desired, journal, String(port)]
                + (isTLS ? ["\(directory)/tls-key.pem"] : []), errors: "\(directory)/server.log")
        let words = process.line().split(separator: " ")
        port = try #require(words.first.flatMap { Int($0) })
        pin = words.count > 1 ? ServerPin(String(words[1])) : nil
        server = process
    }

    func stopServer() { server = nil }

    /// The next start of the stand-in has another key.
    func forgetKey() { unlink("\(directory)/tls-key.pem") }

    func token(id: String = "good", host: String = "127.0.0.1", pin: ServerPin? = nil) -> String {
        JoinToken(
            url: "\(isTLS ? "https" : "http")://\(host):\(port)", pin: pin ?? self.pin, id: id, secret: "t0ken"
        ).text
    }

    /// What the agents of this test said so far.
    var agentLog: String {
        String(decoding: (try? DurableFile.read("\(directory)/agent.log", limit: 1 << 20)) ?? [], as: UTF8.self)
    }

    /// With a `build` it takes the programs in the kernel for those of another one, and replaces them.
    func agent(_ arguments: [String], build: UInt64? = nil) throws -> ChildProcess {
        let bundle = try #require(CommandLine.arguments.first).split(separator: "/").dropLast().joined(separator: "/")
        let places = ["/\(bundle)/weir-agent", "/\(bundle)/../weir-agent", "/\(bundle)/../../../weir-agent"]
        let program = try #require(places.first { access($0, X_OK) == 0 }, "weir-agent is not built")
        return try ChildProcess(
            (build.map { ["env", "WEIR_TEST_BUILD=\($0)"] } ?? []) + [program] + arguments
                + ["--state-dir", stateDirectory, "--run-dir", runDirectory],
            errors: "\(directory)/agent.log")
    }

    func run(join: Bool = false, build: UInt64? = nil) throws -> ChildProcess {
        let attach = getenv("WEIR_TEST_ATTACH").map { ["--attach", String(cString: $0)] } ?? []
        return try agent(["run", "--lab"] + attach + (join ? ["--join", token()] : []), build: build)
    }

    /// Makes the server want a lab of `count` instances in one subnet.
    /// With `mirroring`, every interface is accounted for and the first one is mirrored to the last one.
    func want(generation: UInt64, instances count: Int, mirroring: Bool = false) throws {
        let gateway = IPv4Address(rawValue: 0x0a09_0001)
        let subnet = try #require(IPv4CIDR(gateway, length: 24))
        let router = "\(labName)-vpc"
        let instances = (0..<count).map { number in
            let port = LabState.Port(
                networkInterfaceID: "eni-\(number)", device: "eth0", routerNamespace: router,
                portDevice: "p\(number)", mac: MACAddress(bits: 0x0216_3e00_0100 + UInt64(number)),
                addresses: [IPv4Address(rawValue: gateway.rawValue + 9 + UInt32(number))], subnet: subnet,
                gateway: gateway)
            return LabState.Instance(instanceID: "i-\(number)", namespace: "\(labName)-i\(number)", ports: [port])
        }
        let lab = LabState(
            name: labName, mtu: 1500, vpcs: [.init(vpcID: "vpc-1", namespace: router, gateways: [gateway])],
            instances: instances)
        let ports = mirroring ? instances.flatMap(\.ports) : []
        try want(
            DesiredState(
                generation: generation, sliceSeconds: 1, lab: lab, bindings: ports.map(Self.binding),
                sessions: ports.isEmpty ? [] : [Self.session(from: ports[0], to: ports[ports.count - 1])]))
    }

    private static func binding(_ port: LabState.Port) -> DeviceBinding {
        DeviceBinding(
            networkInterfaceID: port.networkInterfaceID, namespace: port.routerNamespace, device: port.portDevice,
            side: .port, mac: port.mac, primaryAddress: port.addresses.first,
            addresses: port.addresses.map { IPAddress($0) }, flowLogs: [FlowLogIntent(flowLogID: "fl-1")])
    }

    private static func session(from source: LabState.Port, to target: LabState.Port) -> MirrorIntent {
        let all = IPv4CIDR(IPv4Address(rawValue: 0), length: 0).map { all in
            MirrorRule(
                ruleID: "rule-1", priority: 1, accept: true, transport: .all, source: all, destination: all,
                sourcePorts: .any, destinationPorts: .any)
        }
        let rules = all.map { [$0] } ?? []
        return MirrorIntent(
            sessionID: "session-1", networkInterfaceID: source.networkInterfaceID, priority: 1, vni: 7,
            packetLength: 9600, target: MirrorTargetIntent(targetID: "target-1", address: target.addresses.first),
            ingressRules: rules, egressRules: rules)
    }

    func wantNothing(generation: UInt64) throws {
        try want(DesiredState(generation: generation, sliceSeconds: 5, lab: nil, bindings: [], sessions: []))
    }

    private func want(_ state: DesiredState) throws {
        try DurableFile.write(Array(try JSONEncoder().encode(state)), to: desired)
    }

    struct Call: Decodable {
        struct Body: Decodable {
            var Document: String?
            var SpoolId: String?
            var Sequence: UInt64?
            var Data: String?
        }
        var action: String
        var key: String
        var body: Body

        func document<T: Decodable>(_: T.Type) -> T? {
            body.Document.flatMap { try? JSONDecoder().decode(T.self, from: DocumentData($0.utf8)) }
        }
    }

    func calls(_ action: String) -> [Call] {
        let bytes = (try? DurableFile.read(journal, limit: 64 << 20)) ?? []
        return bytes.split(separator: 0x0a).compactMap { try? JSONDecoder().decode(Call.self, from: Data($0)) }
            .filter { $0.action == action }
    }

    /// Looks until `found` gives something, ten seconds at most.
    @discardableResult func await<T>(_ what: String, _ found: () throws -> T?) throws -> T {
        for _ in 0..<1000 {
            if let value = try found() { return value }
            usleep(10_000)
        }
        Issue.record("\(what) did not happen; agent: \(agentLog)")
        throw CancellationError()
    }

    /// Waits for the acknowledgement of a generation, the `count`th of it.
    @discardableResult
    func acknowledged(_ generation: UInt64, count: Int = 1) throws -> HostAcknowledgement {
        try self.await("acknowledgement of \(generation)") {
            let words = calls("AcknowledgeState").compactMap { $0.document(HostAcknowledgement.self) }
                .filter { $0.generation == generation }
            return words.count >= count ? words.last : nil
        }
    }
}
