import CloudAPI
import Model
import Store
import Testing

@testable import ControlPlane

/// Which changes wait for hosts, for which, and what goes with an ENI.
@Suite struct HostsConcernedTests {
    private static let rule = [
        "TrafficDirection": "ingress", "Policy": "accept", "Protocol": "all", "SourceCidrBlock": "0.0.0.0/0",
        "DestinationCidrBlock": "0.0.0.0/0",
    ]

    private func acknowledge(_ cloud: TestCloud, _ generation: Int64) async throws {
        try await cloud.change(Host.self, "host-1") { $0.acknowledgedGeneration = generation }
    }

    @Test func `a session becomes active only when its source's host has acknowledged it`() async throws {
        let cloud = try TestCloud()
        try await cloud.seedHost("host-1")
        let seeded = try await cloud.seedMirroring(host: "host-1")
        let session = try await cloud.seedSession(seeded)
        let row = try #require(try await cloud.find(TrafficMirrorSession.self, session))
        #expect(row.status == .creating)
        #expect(row.waitsFor == ["host-1"])
        #expect(try await cloud.generation() == row.generation)
        try await acknowledge(cloud, row.generation)
        try await cloud.settle()
        #expect(try await cloud.find(TrafficMirrorSession.self, session)?.status == .active)
    }

    @Test func `a rule waits for the hosts of the sessions that use its filter, and for no others`() async throws {
        let cloud = try TestCloud()
        try await cloud.seedHost("host-1", acknowledged: .max)
        let seeded = try await cloud.seedMirroring(host: "host-1")
        func add(_ priority: String) async throws -> TrafficMirrorFilterRule {
            let arguments = Self.rule.merging(
                ["TrafficMirrorFilterId": seeded.filter, "Priority": priority]
            ) { $1 }
            let id = try await cloud.call("CreateTrafficMirrorFilterRule", arguments)
                .text("TrafficMirrorFilterRuleId")
            return try #require(try await cloud.find(TrafficMirrorFilterRule.self, id))
        }
        #expect(try await add("1").waitsFor == [])
        _ = try await cloud.seedSession(seeded)
        let rule = try await add("2")
        #expect(rule.waitsFor == ["host-1"])
        try await acknowledge(cloud, 0)
        try await cloud.settle()
        #expect(try await cloud.find(TrafficMirrorFilterRule.self, rule.id.rawValue)?.status == .creating)
        try await acknowledge(cloud, rule.generation)
        try await cloud.settle()
        #expect(try await cloud.find(TrafficMirrorFilterRule.self, rule.id.rawValue)?.status == .available)
        for (action, more) in [
            ("ModifyTrafficMirrorFilterRuleAttributes", ["Policy": "reject"]), ("DeleteTrafficMirrorFilterRule", [:]),
        ] {
            try await acknowledge(cloud, try await cloud.generation())
            try await cloud.settle()
            await cloud.call(action, more.merging(["TrafficMirrorFilterRuleId": rule.id.rawValue]) { $1 }).succeeded()
            try await cloud.settle()
            let row = try #require(try await cloud.find(TrafficMirrorFilterRule.self, rule.id.rawValue))
            #expect(row.status.isTransitional)
            #expect(row.generation == (try await cloud.generation()))
        }
    }

    @Test func `a flow log waits for the hosts of every ENI it watches`() async throws {
        let cloud = try TestCloud()
        try await cloud.seedNetwork()
        try await cloud.seedHost("host-1")
        try await cloud.seedHost("host-2")
        try await cloud.seedInterface("eni-1", instance: "i-1", host: "host-1", number: 10)
        try await cloud.seedInterface("eni-2", instance: "i-2", host: "host-2", number: 11)
        let log = try await cloud.seedFlowLog()
        #expect(try await cloud.find(FlowLog.self, log)?.waitsFor == ["host-1", "host-2"])
        #expect(try await cloud.find(FlowLog.self, log)?.status == .creating)
        let one = try await cloud.seedFlowLog(["ResourceType": "eni", "ResourceId": "eni-2"])
        #expect(try await cloud.find(FlowLog.self, one)?.waitsFor == ["host-2"])
        for host in ["host-1", "host-2"] {
            try await cloud.change(Host.self, host) { $0.acknowledgedGeneration = .max }
        }
        try await cloud.settle()
        let generation = try await cloud.generation()
        await cloud.call("DeactiveFlowLog", ["FlowLogId": log]).succeeded()
        let row = try #require(try await cloud.find(FlowLog.self, log))
        #expect(row.generation == generation + 1)
        #expect(row.waitsFor == ["host-1", "host-2"])
        #expect(!row.enabled)
    }

    @Test func `a released ENI ends its sessions and flow logs, frozen ones too, and those alone`() async throws {
        let cloud = try TestCloud()
        let seeded = try await cloud.seedMirroring()
        try await cloud.seedInterface("eni-2", instance: "i-2", number: 12)
        let session = try await cloud.seedSession(seeded)
        let other = try await cloud.seedSession(seeded, ["NetworkInterfaceId": "eni-2", "Priority": "2"])
        let log = try await cloud.seedFlowLog(["ResourceType": "eni", "ResourceId": "eni-source"])
        let wide = try await cloud.seedFlowLog()
        try await cloud.change(FlowLog.self, log) { $0.businessStatus = .financialLocked }

        let call = Call(
            requestID: "r", scope: cloud.scope, accessKeyID: "AK", role: .root, hostID: "", now: TestCloud.start,
            parameters: .init(), services: cloud.services)
        try await cloud.store.write { tx in
            let source = try #require(try tx.find(NetworkInterface.self, "eni-source", in: nil))
            try call.releaseMirroring(of: source, tx)
        }
        #expect(try await cloud.find(TrafficMirrorSession.self, session)?.status == .deleting)
        #expect(try await cloud.find(FlowLog.self, log)?.status == .deleting)
        #expect(try await cloud.find(TrafficMirrorSession.self, other)?.status == .active)
        #expect(try await cloud.find(FlowLog.self, wide)?.status == .active)
        try await cloud.settle()
        #expect(try await cloud.find(TrafficMirrorSession.self, session) == nil)
        #expect(try await cloud.find(FlowLog.self, log) == nil)

        try await cloud.store.write { tx in try call.releaseFlowLogs(of: .vpc, "vpc-1", tx) }
        try await cloud.settle()
        #expect(try await cloud.find(FlowLog.self, wide) == nil)
    }
}
