import Model
import Testing

@testable import ControlPlane

/// What is said of a packet, over HTTP.
@Suite struct ExplainPacketTests {
    /// `eni-source` on `host-1` with two sessions to `eni-target`; what the host found is told.
    private func cloud(
        packetLength: String = "1500", mtu: Int = 1500, _ change: (inout Settings) -> Void = { _ in }
    ) async throws -> (cloud: TestCloud, first: String, second: String) {
        let cloud = try TestCloud(change)
        try await cloud.seedHost("host-1", acknowledged: .max)
        let seeded = try await cloud.seedMirroring(host: "host-1")
        try await cloud.adopt("eni-source")
        let rules = [
            ["Priority": "2", "Policy": "reject", "Protocol": "udp", "SourceCidrBlock": "10.0.0.0/24"],
            ["Priority": "1", "Policy": "accept", "Protocol": "tcp", "SourceCidrBlock": "10.0.0.0/24"],
            ["Priority": "3", "Policy": "accept", "Protocol": "all", "SourceCidrBlock": "10.0.0.0/24"],
        ]
        for rule in rules { try await cloud.addRule(seeded.filter, rule) }
        let other = try await cloud.call("CreateTrafficMirrorFilter").text("TrafficMirrorFilterId")
        try await cloud.settle()
        try await cloud.addRule(other, ["Protocol": "udp", "SourceCidrBlock": "0.0.0.0/0"])
        let more = ["PacketLength": packetLength, "VirtualNetworkId": "77"]
        let second = try await cloud.seedSession((seeded.target, other), ["Priority": "9"].merging(more) { $1 })
        let first = try await cloud.seedSession(seeded, more)
        for id in [first, second] { cloud.tell(of: id, path: cloud.path(mtu: mtu)) }
        return (cloud, first, second)
    }

    private func explain(_ cloud: TestCloud, _ more: [String: String] = [:]) async -> Reply {
        let packet = [
            "NetworkInterfaceId": "eni-source", "Direction": "egress", "Protocol": "udp",
            "SourceIpAddress": "10.0.0.10", "SourcePort": "4000", "DestinationIpAddress": "10.0.0.11",
            "DestinationPort": "53",
        ]
        return await cloud.call("ExplainPacket", packet.merging(more) { $1 }, service: "weir")
    }

    @Test func `every session and rule before the one that takes the packet is named with its reason`() async throws {
        let (cloud, first, second) = try await cloud()
        let result = try #require(await explain(cloud).succeeded().result)
        #expect(result["Mirrored"] == true)
        let sessions = result["Sessions"]?.elements ?? []
        #expect(sessions.map { $0["TrafficMirrorSessionId"]?.text } == [first, second])
        #expect(sessions.map { $0["Outcome"]?.text } == ["Rejected", "Accepted"])
        let rules = sessions.first?["Rules"]?.elements ?? []
        #expect(rules.map { $0["Matches"] } == [false, true])
        #expect(rules.map { $0["Reason"]?.text } == ["protocol is udp, not tcp", ""])
        #expect(rules.last?["Text"] == "udp 10.0.0.0/24:1/65535 > 0.0.0.0/0:1/65535")
        #expect(result["Copy"]?["TrafficMirrorSessionId"]?.text == second)
        #expect(result["Copy"]?["OuterSource"] == "10.0.0.10")
        #expect(result["Copy"]?["OuterDestination"] == "10.0.0.11")
        #expect(result["Copy"]?["VirtualNetworkId"] == 77)
        #expect(result["Copy"]?["Leaves"] == true)
        #expect(result["Peer"]?["NetworkInterfaceId"] == "eni-target")
        #expect(result["HostId"] == "host-1")
        let tcp = try #require(await explain(cloud, ["Protocol": "tcp"]).succeeded().result)
        #expect(tcp["Sessions"]?.elements.map { $0["Outcome"]?.text } == ["Accepted", "NotAsked"])
        // Both directions of a conversation leave from one port.
        let back = [
            "SourceIpAddress": "10.0.0.11", "SourcePort": "53", "DestinationIpAddress": "10.0.0.10",
            "DestinationPort": "4000",
        ]
        let reverse = try #require(await explain(cloud, back).succeeded().result)
        #expect(reverse["Copy"]?["OuterSourcePort"] == result["Copy"]?["OuterSourcePort"])
        #expect(reverse["Sessions"]?.elements.map { $0["Outcome"]?.text } == ["Rejected", "Accepted"])
        let ingress = try #require(await explain(cloud, ["Direction": "ingress"]).succeeded().result)
        #expect(ingress["Mirrored"] == false)
        #expect(ingress["Sessions"]?.elements.map { $0["Outcome"]?.text } == ["NoMatch", "NoMatch"])
    }

    @Test(arguments: [
        // PacketLength, path MTU, length of the packet, bytes copied, cut
        ("1500", 9000, "1500", 1514, "None"), ("1500", 1500, "1500", 1464, "PathMTU"),
        ("100", 1500, "1500", 114, "PacketLength"), ("100", 1500, "100", 114, "None"),
        ("1450", 1500, "1500", 1464, "PacketLength"), ("1500", 1500, "1450", 1464, "None"),
        ("1500", 1500, "1451", 1464, "PathMTU"),
    ])
    func `sizes are those of the programs`(
        _ packetLength: String, _ mtu: Int, _ length: String, _ copied: Int, _ cut: String
    ) async throws {
        let (cloud, _, _) = try await cloud(packetLength: packetLength, mtu: mtu)
        let copy = try #require(await explain(cloud, ["Length": length]).succeeded().result?["Copy"])
        #expect(copy["CopiedBytes"] == .number(Double(copied)))
        #expect(copy["WireBytes"] == .number(Double(copied + 50)))
        #expect(copy["Cut"]?.text == cut)
    }

    @Test func `what is never mirrored is said with its reason, by scope`() async throws {
        let (cloud, _, _) = try await cloud()
        let dhcp = ["SourcePort": "68", "DestinationPort": "67"]
        #expect(await explain(cloud, dhcp).succeeded().result?["Excluded"] == "dhcp")
        let metadata = ["DestinationIpAddress": "169.254.169.254"]
        #expect(await explain(cloud, metadata).succeeded().result?["Excluded"] == "linkLocal")
        #expect(await explain(cloud, ["DestinationPort": "4789"]).succeeded().result?["Excluded"] == "copy")
        let ipv6 = ["SourceIpAddress": "2001:db8::1", "DestinationIpAddress": "2001:db8::2"]
        let answer = await explain(cloud, ipv6).succeeded().result
        #expect(answer?["Excluded"] == "ipv6")
        #expect(answer?["Sessions"]?.elements.map { $0["Outcome"]?.text } == ["NotAsked", "NotAsked"])
        let (wide, _, _) = try await self.cloud { $0.mirrorScope = .everything }
        #expect(await explain(wide, dhcp).succeeded().result?["Mirrored"] == true)
    }

    @Test func `sessions that are not in force and copies that cannot leave are told apart`() async throws {
        let (cloud, first, second) = try await cloud()
        try await cloud.change(TrafficMirrorSession.self, second) { $0.businessStatus = .financialLocked }
        let frozen = await explain(cloud).succeeded().result
        #expect(frozen?["Mirrored"] == false)
        #expect(frozen?["Sessions"]?.elements.map { $0["Outcome"]?.text } == ["Rejected", "NotInForce"])
        try await cloud.change(TrafficMirrorSession.self, second) { $0.businessStatus = .normal }
        var path = cloud.path(mtu: 1500)
        path.state = .noRoute
        cloud.tell(of: second, path: path)
        let lost = await explain(cloud).succeeded().result
        #expect(lost?["Mirrored"] == true)
        #expect(lost?["Copy"]?["Leaves"] == false)
        #expect(lost?["Copy"]?["PathState"] == "no_route")
        try await cloud.change(NetworkInterface.self, "eni-target") { $0.instanceID = "" }
        let gone = await explain(cloud).succeeded().result
        #expect(gone?["Copy"]?["Leaves"] == false)
        #expect(gone?["Copy"]?["OuterDestination"] == nil)
        #expect(first != second)
    }

    @Test func `bad packets and unknown interfaces are refused`() async throws {
        let (cloud, _, _) = try await cloud()
        await explain(cloud, ["NetworkInterfaceId": "eni-x"]).refused(404, "InvalidEniId.NotFound")
        await explain(cloud, ["Protocol": "sctpx"]).refused(400, "InvalidParameter.Protocol")
        await explain(cloud, ["SourcePort": "70000"]).refused(400, "InvalidParameter.SourcePort")
        await explain(cloud, ["SourcePort": ""]).refused(400, "InvalidParameter.SourcePort")
        await explain(cloud, ["DestinationIpAddress": "::1"]).refused(400, "InvalidParameter.DestinationIpAddress")
    }

    @Test func `security groups decide what an ENI behind a port receives`() async throws {
        let (cloud, _, _) = try await cloud()
        let group = try await cloud.makeGroup("vpc-1")
        try await cloud.change(NetworkInterface.self, "eni-source") { $0.securityGroupIDs = [group] }
        let ingress = [
            "Direction": "ingress", "SourceIpAddress": "10.0.0.11", "DestinationIpAddress": "10.0.0.10",
        ]
        let refused = await explain(cloud, ingress).succeeded().result
        #expect(refused?["Firewall"]?["Accepted"] == false)
        #expect(refused?["Firewall"]?["Enforced"] == false)
        let known = await explain(cloud, ingress.merging(["Established": "true"]) { $1 }).succeeded().result
        #expect(known?["Firewall"]?["Accepted"] == true)
    }
}

extension TestCloud {
    /// Gives an ENI a device of `host-1`, whose far end it is.
    func adopt(_ id: String) async throws {
        try await insert(
            DeviceAdoption(
                id: Identifier(id), accountID: scope.accountID, region: scope.region, hostID: Identifier("host-1"),
                device: "tap0", side: .port, createdAt: Self.start))
    }

    func addRule(_ filter: String, _ more: [String: String]) async throws {
        let rule = [
            "TrafficMirrorFilterId": filter, "TrafficDirection": "egress", "Policy": "accept", "Priority": "1",
            "DestinationCidrBlock": "0.0.0.0/0", "SourcePortRange": "1/65535", "DestinationPortRange": "1/65535",
        ].merging(more) { $1 }
        let isOpen = rule["Protocol"] == "all" || rule["Protocol"] == "icmp"
        await call(
            "CreateTrafficMirrorFilterRule",
            isOpen ? rule.filter { !$0.key.hasSuffix("PortRange") } : rule
        ).succeeded()
        try await settle()
    }

    func path(mtu: Int) -> SessionPath {
        SessionPath(
            state: .ready, namespace: nil, underlay: "eth1", nextHop: IPv4Address("10.0.0.11"), mtu: mtu,
            sourceDevice: "tap0", sourceMTU: 1500)
    }

    /// What `host-1` found of a session.
    func tell(of session: String, path: SessionPath?, hits: [String: UInt64] = [:]) {
        var ledger = SessionLedger(sessionID: session, networkInterfaceID: "eni-source")
        ledger.path = path
        ledger.ruleHits = hits
        ledger.countsSince = Self.start
        var page = [ledger]
        page += services.ledgers.sessions.filter { $0 != session }.flatMap { id in
            services.ledgers.ledgers(session: id).map(\.ledger)
        }
        services.ledgers.put(HostLedger(sessions: page), host: "host-1", at: Self.start)
    }
}
