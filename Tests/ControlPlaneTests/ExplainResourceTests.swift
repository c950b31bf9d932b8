import Logging
import Model
import Testing

@testable import ControlPlane

/// Why resources are as they are, over HTTP.
@Suite struct ExplainResourceTests {
    private func explain(_ cloud: TestCloud, _ id: String) async throws -> JSON {
        try #require(await cloud.call("ExplainResource", ["ResourceId": id], service: "weir").succeeded().result)
    }

    private func lines(_ answer: JSON, _ list: String) -> String {
        (answer[list]?.elements ?? []).compactMap(\.text).joined(separator: "\n")
    }

    @Test func `a session that waits names the host and the generation, and settles without a host that is away`()
        async throws
    {
        let cloud = try TestCloud()
        try await cloud.seedHost("host-1")
        let seeded = try await cloud.seedMirroring(host: "host-1")
        try await cloud.adopt("eni-source")
        let session = try await cloud.seedSession(seeded)
        let waiting = try await explain(cloud, session)
        #expect(waiting["Status"] == "Creating")
        let host = try #require(waiting["Hosts"]?.elements.first)
        #expect(host["HostId"] == "host-1")
        #expect(host["Reachable"] == true)
        #expect(host["Acknowledged"] == false)
        #expect(lines(waiting, "Why").contains("host host-1 (host-1) has made generation 0 true and is asked for"))
        #expect(lines(waiting, "Traffic").contains("host-1 has told nothing of it yet"))
        cloud.pass(seconds: 60)
        #expect(lines(try await explain(cloud, session), "Why").contains("no reachable host is waited for"))
        try await cloud.settle()
        let settled = try await explain(cloud, session)
        #expect(settled["Status"] == "Active")
        #expect(lines(settled, "Why").contains("it settled on what the reachable hosts made true"))
        #expect(lines(settled, "Why").contains("host host-1 (host-1) is away since"))
    }

    @Test func `a failed session gives the reason and the host that reported it`() async throws {
        let cloud = try TestCloud()
        try await cloud.seedHost("host-1", acknowledged: .max)
        let seeded = try await cloud.seedMirroring(host: "host-1")
        try await cloud.adopt("eni-source")
        let session = try await cloud.seedSession(seeded)
        try await cloud.change(Host.self, "host-1") {
            $0.failures = #"[{"resourceID":"\#(session)","reason":"no room for its rules"}]"#
        }
        await cloud.call(
            "ModifyTrafficMirrorSessionAttributes", ["TrafficMirrorSessionId": session, "PacketLength": "100"]
        ).succeeded()
        try await cloud.settle()
        let failed = try await explain(cloud, session)
        #expect(failed["Status"] == "Failed")
        #expect(lines(failed, "Why").contains("no room for its rules"))
        #expect(lines(failed, "Why").contains("reported by host host-1"))
        #expect(lines(failed, "Why").contains("tries again"))
    }

    @Test func `what happens to a session's traffic is said for each state`() async throws {
        let cloud = try TestCloud()
        try await cloud.seedHost("host-1", acknowledged: .max)
        let seeded = try await cloud.seedMirroring(host: "host-1")
        try await cloud.adopt("eni-source")
        try await cloud.addRule(seeded.filter, ["Protocol": "udp", "SourceCidrBlock": "10.0.0.0/24"])
        try await cloud.addRule(seeded.filter, ["Protocol": "tcp", "SourceCidrBlock": "0.0.0.0/0", "Priority": "2"])
        let session = try await cloud.seedSession(seeded)
        let rules = try await explain(cloud, session)["Rules"]?.elements ?? []
        let ids = rules.compactMap { $0["TrafficMirrorFilterRuleId"]?.text }
        #expect(ids.count == 2)
        #expect(rules.allSatisfy { $0["Hits"] == nil })
        cloud.tell(of: session, path: cloud.path(mtu: 1500), hits: [try #require(ids.first): 12])
        let told = try await explain(cloud, session)
        #expect(told["Rules"]?.elements.map { $0["Hits"] } == [12, 0])
        #expect(lines(told, "Warnings").contains("rule \(ids[1]) (egress, priority 2) has never matched since"))
        #expect(!lines(told, "Warnings").contains(ids[0]))
        #expect(
            lines(told, "Traffic").contains("copies leave tap0 (MTU 1500) through eth1 to 10.0.0.11, path MTU 1500"))
        let filter = try await explain(cloud, seeded.filter)
        #expect(filter["Rules"]?.elements.count == 2)
        #expect(lines(try await explain(cloud, ids[1]), "Warnings").contains("never matched"))
        #expect(lines(try await explain(cloud, seeded.target), "Traffic").contains("copies go to 10.0.0.11"))
        #expect(lines(try await explain(cloud, "eni-source"), "Traffic").contains("its device is tap0 (side port)"))
        #expect(lines(try await explain(cloud, "eni-target"), "Traffic").contains("it backs target \(seeded.target)"))

        try await cloud.change(NetworkInterface.self, "eni-target") { $0.instanceID = "" }
        #expect(lines(try await explain(cloud, session), "Traffic").contains("target_down"))
        try await cloud.change(TrafficMirrorSession.self, session) { $0.businessStatus = .financialLocked }
        #expect(lines(try await explain(cloud, session), "Traffic").contains("it is frozen (FinancialLocked)"))
        try await cloud.change(TrafficMirrorSession.self, session) { $0.businessStatus = .normal }
        try await cloud.change(NetworkInterface.self, "eni-source") { $0.instanceID = "" }
        #expect(lines(try await explain(cloud, session), "Traffic").contains("eni-source is detached"))
    }

    @Test func `flow logs say what they watch and what nobody holds`() async throws {
        let cloud = try TestCloud()
        try await cloud.seedHost("host-1", acknowledged: .max)
        _ = try await cloud.seedMirroring(host: "host-1")
        try await cloud.adopt("eni-source")
        let log = try await cloud.seedFlowLog()
        let answer = try await explain(cloud, log)
        #expect(lines(answer, "Traffic").contains("it watches 1 ENIs that hosts hold: eni-source"))
        #expect(lines(answer, "Traffic").contains("of eni-target nothing is counted"))
        await cloud.call("DeactiveFlowLog", ["FlowLogId": log]).succeeded()
        #expect(lines(try await explain(cloud, log), "Traffic").contains("it is switched off"))
    }

    @Test func `unknown IDs and those of other accounts do not exist`() async throws {
        let cloud = try TestCloud()
        let seeded = try await cloud.seedMirroring()
        for id in ["tms-x", "", "host-1"] where !id.isEmpty {
            await cloud.call("ExplainResource", ["ResourceId": id], service: "weir")
                .refused(404, "InvalidResourceId.NotFound")
        }
        try await cloud.change(TrafficMirrorFilter.self, seeded.filter) { $0.accountID = "2100000002" }
        await cloud.call("ExplainResource", ["ResourceId": seeded.filter], service: "weir")
            .refused(404, "InvalidResourceId.NotFound")
    }

    @Test(arguments: [
        // PacketLength, path MTU, what is warned of
        ("1500", 1500, "cut by the path MTU 1500"), ("1450", 1500, "longer than PacketLength 1450"),
        ("1500", 1550, ""), ("9600", 9000, ""), ("9600", 1549, "needs an MTU of 1550"),
    ])
    func `a session whose packets are cut is warned of everywhere`(
        _ packetLength: String, _ mtu: Int, _ expected: String
    ) async throws {
        let cloud = try TestCloud()
        try await cloud.seedHost("host-1", acknowledged: .max)
        let seeded = try await cloud.seedMirroring(host: "host-1")
        try await cloud.adopt("eni-source")
        let session = try await cloud.seedSession(seeded, ["PacketLength": packetLength])
        cloud.tell(of: session, path: cloud.path(mtu: mtu))
        let list = await cloud.call("DescribeMirrorSessions", service: "weir").succeeded().result?["Sessions"]
        let answers = [
            try await explain(cloud, session), try #require(list?.elements.first),
            await cloud.call("DescribeServerStatus", service: "weir").succeeded().result ?? .null,
            await cloud.call("DescribeMirrorLedger", ["TrafficMirrorSessionId": session], service: "weir").succeeded()
                .result ?? .null,
        ]
        for answer in answers {
            let text = lines(answer, "Warnings")
            #expect(expected.isEmpty ? !text.contains("cut") : text.contains(expected), "\(text)")
        }
        let log = CountingLog()
        let watch = MTUWatch(
            services: cloud.services, logger: Logger(label: "test", factory: { _ in log }), clock: { cloud.now })
        let once = try await watch.look([:])
        #expect(log.count == (expected.isEmpty ? 0 : 1))
        _ = try await watch.look(once)
        #expect(log.count == (expected.isEmpty ? 0 : 1))
    }
}
