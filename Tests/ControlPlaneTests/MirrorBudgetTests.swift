import CloudAPI
import Model
import Store
import Testing

@testable import ControlPlane

/// Budgets of sessions and hosts, and what hosts are shown to enforce.
@Suite struct MirrorBudgetTests {
    private static func set(_ cloud: TestCloud, _ arguments: [String: String]) async -> Reply {
        await cloud.call("SetMirrorBudget", arguments, service: "weir")
    }

    @Test func `a session's budget reaches its host, is shown, replaced whole, and goes with the session`() async throws
    {
        let cloud = try TestCloud()
        let seeded = try await cloud.seedMirroring()
        try await cloud.hold(["i-source"], on: "host-1")
        let session = try await cloud.seedSession(seeded)
        func told() async throws -> MirrorBudget? { try await cloud.state("host-1").sessions.first?.budget }
        func shown() async -> JSON? {
            await cloud.call("DescribeMirrorLedger", ["TrafficMirrorSessionId": session], service: "weir")
                .succeeded().result?["Budget"]
        }
        #expect(try await told() == nil)
        #expect(await shown() == nil)
        var generation = try await cloud.generation()
        await Self.set(cloud, ["TrafficMirrorSessionId": session, "PacketsPerSecond": "1000"]).succeeded()
        #expect(try await cloud.generation() == generation + 1)
        #expect(try await told() == MirrorBudget(packetsPerSecond: 1000))
        #expect(await shown() == ["packetsPerSecond": 1000])
        #expect(try await cloud.state("host-1").budget == nil)

        let bits = ["TrafficMirrorSessionId": session, "PacketsPerSecond": "0", "BitsPerSecond": "8000000"]
        await Self.set(cloud, bits).succeeded()
        #expect(try await told() == MirrorBudget(bitsPerSecond: 8_000_000))
        // What is so already is no change.
        generation = try await cloud.generation()
        await Self.set(cloud, bits).succeeded()
        #expect(try await cloud.generation() == generation)
        await Self.set(cloud, ["TrafficMirrorSessionId": session]).succeeded()
        #expect(try await told() == nil)
        #expect(try await cloud.generation() == generation + 1)

        await Self.set(cloud, bits).succeeded()
        try await cloud.change(Host.self, "host-1") { $0.acknowledgedGeneration = .max }
        try await cloud.settle()
        await cloud.call("DeleteTrafficMirrorSession", ["TrafficMirrorSessionId": session]).succeeded()
        #expect(try await cloud.find(MirrorBudgetSetting.self, session) == nil)
        await Self.set(cloud, bits).refused(400, "InvalidTrafficMirrorSession.InvalidStatus")
    }

    @Test func `a host's budget is that host's alone`() async throws {
        let cloud = try TestCloud()
        try await cloud.seedHost("host-1")
        try await cloud.seedHost("host-2")
        await Self.set(cloud, ["HostId": "host-1", "PacketsPerSecond": "5", "BitsPerSecond": "6"]).succeeded()
        #expect(try await cloud.state("host-1").budget == MirrorBudget(packetsPerSecond: 5, bitsPerSecond: 6))
        #expect(try await cloud.state("host-2").budget == nil)
        let hosts = await cloud.call("DescribeHosts", service: "weir").succeeded().result?["Hosts"]?.elements ?? []
        #expect(hosts.map { $0["Budget"] } == [["packetsPerSecond": 5, "bitsPerSecond": 6], nil])
    }

    @Test(arguments: [
        ([:], 400, "MissingParameter.TrafficMirrorSessionId"),
        (["TrafficMirrorSessionId": "tms-1", "HostId": "host-1"], 400, "InvalidParameter.HostId"),
        (["TrafficMirrorSessionId": "tms-1"], 404, "InvalidTrafficMirrorSession.NotFound"),
        (["HostId": "host-none"], 404, "InvalidHostId.NotFound"),
        (["HostId": "host-1", "PacketsPerSecond": "-1"], 400, "InvalidParameter.PacketsPerSecond"),
        (["HostId": "host-1", "BitsPerSecond": "1G"], 400, "InvalidParameter.BitsPerSecond"),
        (["HostId": "host-1", "BitsPerSecond": "99999999999999999999"], 400, "InvalidParameter.BitsPerSecond"),
    ])
    func `a budget is refused`(arguments: [String: String], status: Int, code: String) async throws {
        let cloud = try TestCloud()
        try await cloud.seedHost("host-1")
        await Self.set(cloud, arguments).refused(status, code)
    }

    @Test func `the mirror scope is the server's`() async throws {
        let cloud = try TestCloud { $0.mirrorScope = .everything }
        try await cloud.seedHost("host-1")
        #expect(try await cloud.state("host-1").mirrorScope == .everything)
    }

    @Test(arguments: [
        ("", false, "Nowhere", false), ("", true, "Nowhere", false), (Self.report(), false, "Nowhere", false),
        (Self.report(), true, "Lab", false), (Self.report(enforces: true), false, "Everywhere", true),
        (Self.report(enforces: true), true, "Everywhere", true),
        (Self.report(enforces: true, problem: "no BTF"), true, "Nowhere", false),
    ])
    func `a host says where groups hold, and for each ENI whether they do`(
        report: String, isLab: Bool, shown: String, adoptedIsHeld: Bool
    ) async throws {
        let cloud = try TestCloud()
        let vpc = try await cloud.makeVpc()
        let subnet = try await cloud.makeSubnet(vpc)
        let group = try await cloud.makeGroup(vpc)
        let adopted = try await cloud.makeInterface(subnet, instance: "i-1", ["SecurityGroupIds.1": group])
        try await cloud.hold(["i-1"], on: "host-1")
        let port = try await cloud.makeInterface(subnet, instance: "i-2")
        try await cloud.change(Instance.self, "i-2") { $0.hostID = "host-1" }
        try await cloud.change(Host.self, "host-1") {
            $0.report = report
            $0.isLab = isLab
        }
        let host = try await cloud.call("DescribeHosts", service: "weir").succeeded().only("Hosts")
        #expect(host["SecurityGroups"] == .text(shown))
        #expect(
            host["Interfaces"] == [
                [
                    "NetworkInterfaceId": .text(adopted), "InstanceId": "i-1", "Adopted": true,
                    "SecurityGroupIds": [.text(group)], "NetworkAclId": "",
                    "SecurityGroupsEnforced": .bool(adoptedIsHeld),
                ],
                [
                    "NetworkInterfaceId": .text(port), "InstanceId": "i-2", "Adopted": false,
                    "SecurityGroupIds": [], "NetworkAclId": "", "SecurityGroupsEnforced": .bool(shown != "Nowhere"),
                ],
            ])
    }

    private static func report(enforces: Bool = false, problem: String? = nil) -> String {
        let problem = problem.map { #""dataPlaneProblem":"\#($0)","# } ?? ""
        return #"{"hostname":"h","kernel":"k","agentVersion":"1",\#(problem)"labCapable":true,"#
            + #""enforcesSecurityGroups":\#(enforces),"namespaces":[],"devices":[]}"#
    }
}
