import Model
import Testing

@testable import ControlPlane

/// Statuses end when the work is done: never before a reachable host has acknowledged, always when none is waited for.
@Suite struct SettleStepTests {
    private static func session(_ status: Status, generation: Int64 = 5, waitsFor: [String]) -> TrafficMirrorSession {
        TrafficMirrorSession(
            id: Identifier("tms-1"), accountID: "1", region: "r", name: "s", networkInterfaceID: Identifier("eni-1"),
            targetID: Identifier("tmt-1"), filterID: Identifier("tmf-1"), priority: 1, virtualNetworkID: 1,
            packetLength: 1500, status: status, createdAt: 0, updatedAt: 0, generation: generation, waitsFor: waitsFor)
    }

    private static func hosts(
        _ acknowledged: Int64, reachable: Bool = true, failures: [String: String] = [:]
    ) -> HostsHeard {
        HostsHeard(["host-1": .init(acknowledgedGeneration: acknowledged, failures: failures, isReachable: reachable)])
    }

    @Test func `without a host it settles at once`() {
        #expect(SettleStep.plan(Self.session(.creating, waitsFor: []), HostsHeard([:])) == .settle(.active))
        #expect(SettleStep.plan(Self.session(.deleting, waitsFor: []), HostsHeard([:])) == .remove)
    }

    @Test func `a reachable host is waited for until it has acknowledged the generation`() {
        let session = Self.session(.pending, waitsFor: ["host-1"])
        #expect(SettleStep.plan(session, Self.hosts(4)) == .wait)
        #expect(SettleStep.plan(session, Self.hosts(5)) == .settle(.active))
        #expect(SettleStep.plan(session, Self.hosts(9)) == .settle(.active))
    }

    @Test func `a host that is away is not waited for, and one that is gone neither`() {
        let session = Self.session(.creating, waitsFor: ["host-1"])
        #expect(SettleStep.plan(session, Self.hosts(0, reachable: false)) == .settle(.active))
        #expect(SettleStep.plan(session, HostsHeard([:])) == .settle(.active))
    }

    @Test func `a refusal of the data plane fails the resource, and its end heals it`() {
        let session = Self.session(.creating, waitsFor: ["host-1"])
        #expect(SettleStep.plan(session, Self.hosts(5, failures: ["tms-1": "no route"])) == .fail("no route"))
        #expect(
            SettleStep.plan(Self.session(.failed, waitsFor: ["host-1"]), Self.hosts(5)) == .settle(.active))
    }

    @Test func `somebody else's failure is not this resource's`() {
        let session = Self.session(.creating, waitsFor: ["host-1"])
        #expect(SettleStep.plan(session, Self.hosts(5, failures: ["tms-2": "no route"])) == .settle(.active))
    }

    @Test func `a deleting resource waits for the host, then goes even when the host had trouble`() {
        let session = Self.session(.deleting, waitsFor: ["host-1"])
        #expect(SettleStep.plan(session, Self.hosts(4)) == .wait)
        #expect(SettleStep.plan(session, Self.hosts(5, failures: ["tms-1": "busy"])) == .remove)
    }
}
