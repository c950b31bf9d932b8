import CloudAPI
import Model
import Store
import Testing

@testable import ControlPlane

/// Sessions between two hosts: who is told, who is waited for, and until when.
@Suite struct ArrivingTunnelTests {
    /// `eni-source` on `host-1`, `eni-target` adopted on `host-2`.
    private func cloud() async throws -> (cloud: TestCloud, seeded: (target: String, filter: String)) {
        let cloud = try TestCloud()
        try await cloud.seedHost("host-1")
        try await cloud.seedHost("host-2")
        let seeded = try await cloud.seedMirroring(host: "host-1")
        try await cloud.change(Instance.self, "i-target") { $0.hostID = "host-2" }
        for (eni, host) in [("eni-source", "host-1"), ("eni-target", "host-2")] {
            try await cloud.insert(
                DeviceAdoption(
                    id: Identifier(eni), accountID: cloud.scope.accountID, region: cloud.scope.region,
                    hostID: Identifier(host), device: "eth0", side: .own, createdAt: TestCloud.start))
        }
        return (cloud, seeded)
    }

    private func state(_ cloud: TestCloud, _ host: String) async throws -> DesiredState {
        let row = try #require(try await cloud.find(Host.self, host))
        return try await cloud.store.read { tx in
            try DesiredStateBuilder(tx, settings: cloud.services.settings).state(for: row)
        }
    }

    private func acknowledge(_ cloud: TestCloud, _ hosts: [String]) async throws {
        let generation = try await cloud.generation()
        for host in hosts { try await cloud.change(Host.self, host) { $0.acknowledgedGeneration = generation } }
        try await cloud.settle()
    }

    @Test func `the target's host knows the copies, and the source's does not take them for arriving`() async throws {
        let (cloud, seeded) = try await cloud()
        _ = try await cloud.seedSession(seeded, ["VirtualNetworkId": "7"])
        let source = try #require(IPv4Address("10.0.0.10"))
        let destination = try #require(IPv4Address("10.0.0.11"))
        let there = try await state(cloud, "host-2")
        #expect(there.arrivingTunnels == [MirrorTunnel(source: source, destination: destination, vni: 7)])
        #expect(there.sessions.isEmpty)
        let here = try await state(cloud, "host-1")
        #expect(here.arrivingTunnels.isEmpty)
        #expect(here.sessions.map(\.vni) == [7])
    }

    @Test func `on one host nothing arrives from another`() async throws {
        let (cloud, seeded) = try await cloud()
        try await cloud.change(Instance.self, "i-target") { $0.hostID = "host-1" }
        try await cloud.change(DeviceAdoption.self, "eni-target") { $0.hostID = Identifier("host-1") }
        let session = try await cloud.seedSession(seeded)
        #expect(try await state(cloud, "host-1").arrivingTunnels.isEmpty)
        #expect(try await cloud.find(TrafficMirrorSession.self, session)?.waitsFor == ["host-1"])
    }

    @Test func `a session is active when both hosts know it, and gone when both have let go`() async throws {
        let (cloud, seeded) = try await cloud()
        let session = try await cloud.seedSession(seeded)
        func status() async throws -> Status? { try await cloud.find(TrafficMirrorSession.self, session)?.status }
        try await acknowledge(cloud, ["host-1"])
        #expect(try await status() == .creating)
        try await acknowledge(cloud, ["host-2"])
        #expect(try await status() == .active)
        await cloud.call("DeleteTrafficMirrorSession", ["TrafficMirrorSessionId": session]).succeeded()
        // Copies may still be on their way.
        #expect(try await state(cloud, "host-2").arrivingTunnels.count == 1)
        #expect(try await state(cloud, "host-1").sessions.isEmpty)
        try await acknowledge(cloud, ["host-2"])
        #expect(try await status() == .deleting)
        let generation = try await cloud.generation()
        try await acknowledge(cloud, ["host-1"])
        #expect(try await status() == nil)
        // Told to forget.
        #expect(try await cloud.generation() == generation + 1)
        #expect(try await state(cloud, "host-2").arrivingTunnels.isEmpty)
    }

    @Test func `a changed target concerns the hosts of both targets`() async throws {
        let (cloud, seeded) = try await cloud()
        try await cloud.seedHost("host-3")
        try await cloud.seedInterface("eni-third", instance: "i-third", host: "host-3", number: 12)
        let session = try await cloud.seedSession(seeded)
        let third = try await cloud.call(
            "CreateTrafficMirrorTarget", ["InstanceType": "NetworkInterface", "InstanceId": "eni-third"]
        ).text("TrafficMirrorTargetId")
        try await acknowledge(cloud, ["host-1", "host-2", "host-3"])
        await cloud.call(
            "ModifyTrafficMirrorSessionAttributes",
            ["TrafficMirrorSessionId": session, "TrafficMirrorTargetId": third]
        ).succeeded()
        let row = try #require(try await cloud.find(TrafficMirrorSession.self, session))
        #expect(row.waitsFor == ["host-1", "host-2", "host-3"])
        #expect(row.generation == (try await cloud.generation()))
        #expect(try await state(cloud, "host-2").arrivingTunnels.isEmpty)
    }

    @Test func `a host that is away is not waited for`() async throws {
        let (cloud, seeded) = try await cloud()
        cloud.pass(seconds: 31)
        let now = TestCloud.start + 31_000
        try await cloud.change(Host.self, "host-1") { $0.heardAt = now }
        let session = try await cloud.seedSession(seeded)
        #expect(try await cloud.find(TrafficMirrorSession.self, session)?.status == .creating)
        try await acknowledge(cloud, ["host-1"])
        #expect(try await cloud.find(TrafficMirrorSession.self, session)?.status == .active)
    }
}
