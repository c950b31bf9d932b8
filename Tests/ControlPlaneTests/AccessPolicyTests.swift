import CloudAPI
import FoundationEssentials
import Model
import Packet
import Testing

@testable import ControlPlane

/// What the keys of agents and join tokens are good for: nothing but their own.
@Suite struct AccessPolicyTests {
    private static let agentActions: Set<String> = [
        "ReportHost", "PullState", "AcknowledgeState", "PutLedgers", "PutSlices", "PullProbes", "PutProbeReport",
    ]

    private func cloud() async throws -> TestCloud {
        let cloud = try TestCloud { $0.allowsUnsigned = false }
        for host in ["host-1", "host-2"] {
            try await cloud.seedHost(host)
            try add(cloud, host, role: .agent, hostID: host)
        }
        try add(cloud, "root", role: .root)
        try add(cloud, "join", role: .join)
        return cloud
    }

    private func add(_ cloud: TestCloud, _ id: String, role: AccessRole, hostID: String = "") throws {
        let ring = cloud.services.keys
        ring.add(
            try ring.seal(id: id, secret: "secret", scope: cloud.scope, role: role, hostID: hostID, now: 0),
            secret: "secret")
    }

    /// One signed call with a JSON body.
    private func call(
        _ cloud: TestCloud, as key: String, _ action: String, service: String = "weir",
        version: String = "2026-01-01", _ body: [String: String] = [:]
    ) async throws -> Reply {
        let query = [(name: "Action", value: action), (name: "Version", value: version)]
        let bytes = Array(try JSONEncoder().encode(body))
        let headers = Signer.headers(
            method: "POST", host: "127.0.0.1:8280", query: query, contentType: "application/json", body: bytes,
            credentials: Credentials(accessKeyID: key, secretAccessKey: "secret"), region: cloud.scope.region,
            service: service, unixSeconds: TestCloud.start / 1000)
        return await cloud.send(
            IncomingRequest(
                method: "POST", path: "/", rawQuery: "Action=\(action)&Version=\(version)",
                headers: [("host", "127.0.0.1:8280")] + headers.map { ($0.name.lowercased(), $0.value) }, body: bytes))
    }

    @Test(arguments: ["host-1", "join", "root"])
    func `a key is refused every action that is not its role's`(key: String) async throws {
        let cloud = try await cloud()
        for action in ActionRegistry.all {
            let isOfAgents = Self.agentActions.contains(action.name)
            let allowed =
                switch key {
                case "join": action.name == "JoinHost"
                case "root": !isOfAgents && action.name != "JoinHost"
                default: isOfAgents
                }
            let reply = try await call(
                cloud, as: key, action.name, service: action.service, version: action.version,
                ["WaitSeconds": "0", "Hostname": "h"])
            #expect((reply.code != "AccessDenied") == allowed, "\(action.name): \(reply.json)")
        }
    }

    @Test func `a host reports and acknowledges as itself, whomever it names`() async throws {
        let cloud = try await cloud()
        let word = HostAcknowledgement(generation: 0, failures: [.init(resourceID: "tms-1", reason: "no")])
        let document = String(decoding: try JSONEncoder().encode(word), as: UTF8.self)
        try await call(
            cloud, as: "host-1", "AcknowledgeState", ["Document": document, "HostId": "host-2"]
        ).succeeded()
        #expect(try await cloud.find(Host.self, "host-1")?.failures.contains("tms-1") == true)
        #expect(try await cloud.find(Host.self, "host-2")?.failures == "[]")
    }

    @Test func `a host is believed about its own sessions and ENIs alone`() async throws {
        let cloud = try await cloud()
        try await cloud.seedNetwork()
        try await cloud.seedInterface("eni-1", instance: "i-1", host: "host-1", number: 10)
        try await cloud.seedInterface("eni-2", instance: "i-2", host: "host-2", number: 11)
        try await cloud.insert(
            TrafficMirrorSession(
                id: Identifier("tms-1"), accountID: cloud.scope.accountID, region: cloud.scope.region, name: "s",
                networkInterfaceID: Identifier("eni-1"), targetID: Identifier("tmt-1"),
                filterID: Identifier("tmf-1"), priority: 1, virtualNetworkID: 1, packetLength: 1500, status: .active,
                createdAt: 0, updatedAt: 0))
        let ledgers = [SessionLedger(sessionID: "tms-1", networkInterfaceID: "eni-1")]
        let document = String(decoding: try JSONEncoder().encode(ledgers), as: UTF8.self)
        try await call(cloud, as: "host-2", "PutLedgers", ["Document": document]).succeeded()
        #expect(cloud.services.ledgers.ledgers(session: "tms-1").isEmpty)
        try await call(cloud, as: "host-1", "PutLedgers", ["Document": document]).succeeded()
        #expect(cloud.services.ledgers.ledgers(session: "tms-1").map(\.host) == ["host-1"])
    }

    @Test func `flow slices count when they are of the host's own ENIs, and of ENIs that are gone`() async throws {
        let cloud = try await cloud()
        try await cloud.seedNetwork()
        try await cloud.seedInterface("eni-1", instance: "i-1", host: "host-1", number: 10)
        let log = try await call(
            cloud, as: "root", "CreateFlowLog", service: "vpc", version: "2020-04-01", TestCloud.flowLog
        ).text("FlowLogId")
        func put(_ eni: String, as host: String, spool: String) async throws {
            let address = try #require(IPAddress("10.0.0.10"))
            let slice = FlowSlice(
                networkInterfaceID: eni, flowLogIDs: [log], startMilliseconds: TestCloud.start,
                endMilliseconds: TestCloud.start + 1000,
                entries: [
                    FlowEntry(
                        direction: .ingress, source: address, destination: address, transport: 17, sourcePort: 1,
                        destinationPort: 2, tcpFlags: 0, acceptedPackets: 5, acceptedBytes: 500, rejectedPackets: 0,
                        rejectedBytes: 0)
                ])
            let data = Data(FlowSliceCodec.encode([slice])).base64EncodedString()
            let reply = try await call(
                cloud, as: host, "PutSlices", ["SpoolId": spool, "Sequence": "1", "Data": data]
            ).succeeded()
            // Taken in all the same, so that the host does not send it for ever.
            #expect(reply.result?["AcknowledgedSequence"] == .number(1))
        }
        func counted(_ eni: String) async throws -> JSON? {
            try await call(
                cloud, as: "root", "SumFlowRecords", ["NetworkInterfaceId": eni, "IncludeOpen": "true"]
            ).succeeded().result?["Accepted"]?["Packets"]
        }
        try await put("eni-1", as: "host-2", spool: "11111111-2222-4333-8444-555555555555")
        #expect(try await counted("eni-1") == .number(0))
        try await put("eni-1", as: "host-1", spool: "11111111-2222-4333-8444-666666666666")
        #expect(try await counted("eni-1") == .number(5))
        try await put("eni-released", as: "host-2", spool: "11111111-2222-4333-8444-777777777777")
        #expect(try await counted("eni-released") == .number(5))
    }
}
