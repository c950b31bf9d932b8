import CloudAPI
import FoundationEssentials
import Model
import Packet
import Testing

@testable import ControlPlane

/// What the keys of agents and join tokens are good for: nothing but their own.
@Suite struct AccessPolicyTests {
    private static let agentActions: Set<String> = [
        "ReportHost", "PullState", "AcknowledgeState", "PutLedgers", "PutSlices",
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
}
