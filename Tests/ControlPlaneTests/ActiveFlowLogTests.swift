import ControlPlane
import Model
import Testing

/// Every row of the published error table of ActiveFlowLog; DeactiveFlowLog shares it.
@Suite struct ActiveFlowLogTests {
    private struct Switch: Sendable, CustomTestStringConvertible {
        var action: String
        /// The status it starts from, and whether the flow log counts there.
        var from: Status
        var to: Status
        var testDescription: String { action }
    }

    private static let both = [
        Switch(action: "ActiveFlowLog", from: .inactive, to: .active),
        Switch(action: "DeactiveFlowLog", from: .active, to: .inactive),
    ]

    private func seeded(_ from: Status, hold: Int64 = 0) async throws -> (cloud: TestCloud, log: String) {
        let cloud = try TestCloud { $0.holdTokenCallsMilliseconds = hold }
        try await cloud.seedNetwork()
        let log = try await cloud.seedFlowLog()
        try await cloud.change(FlowLog.self, log) {
            $0.status = from
            $0.enabled = from == .active
        }
        return (cloud, log)
    }

    @Test(arguments: both)
    private func `it is pending, then where it should be`(_ change: Switch) async throws {
        let (cloud, log) = try await seeded(change.from)
        cloud.pass(seconds: 1)
        let reply = await cloud.call(change.action, ["FlowLogId": log]).succeeded()
        #expect(reply.result?.without("AsyncTaskId") == ["RequestId": try #require(reply.metadata?["RequestId"])])
        let shown = try await cloud.call("DescribeFlowLogs").only("FlowLogs")
        #expect(shown["Status"] == "Pending")
        #expect(shown["UpdatedAt"] == "2024-01-15T16:30:01+08:00")
        try await cloud.settle()
        #expect(try await cloud.find(FlowLog.self, log)?.status == change.to)
    }

    @Test(arguments: both)
    private func `a ClientToken with other arguments is refused`(_ change: Switch) async throws {
        let (cloud, log) = try await seeded(change.from)
        await cloud.call(change.action, ["FlowLogId": log, "ClientToken": "t"]).succeeded()
        await cloud.call(change.action, ["FlowLogId": "fl-other", "ClientToken": "t"]).refused(
            400, "IdempotentParameterMismatch",
            "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).")
    }

    @Test(arguments: both)
    private func `a repeated ClientToken is answered before any status is looked at`(_ change: Switch) async throws {
        let (cloud, log) = try await seeded(change.from)
        await cloud.call(change.action, ["FlowLogId": log, "ClientToken": "t"]).succeeded()
        await cloud.call(change.action, ["FlowLogId": log, "ClientToken": "t"]).succeeded()
        try await cloud.settle()
        await cloud.call(change.action, ["FlowLogId": log, "ClientToken": "t"]).succeeded()
        #expect(try await cloud.find(FlowLog.self, log)?.status == change.to)
    }

    @Test(arguments: both)
    private func `a wrong status is refused`(_ change: Switch) async throws {
        let (cloud, log) = try await seeded(change.to)
        await cloud.call(change.action, ["FlowLogId": log]).refused(
            400, "InvalidFlowLog.InvalidStatus", "The specified flow log is not in the correct status for the request.")
    }

    @Test(arguments: both)
    private func `a frozen flow log is refused`(_ change: Switch) async throws {
        let (cloud, log) = try await seeded(change.from)
        await cloud.call(
            "SetBusinessStatus", ["ResourceId": log, "BusinessStatus": "FinancialLocked"], service: "weir"
        ).succeeded()
        await cloud.call(change.action, ["FlowLogId": log]).refused(
            400, "InvalidFlowLog.InvalidStatus",
            "The specified flow log is not in the correct status for the request. The specified flow log is in freeze.")
    }

    @Test(arguments: both)
    private func `a malformed ClientToken is refused`(_ change: Switch) async throws {
        let (cloud, log) = try await seeded(change.from)
        for token in ["标", String(repeating: "t", count: 65)] {
            await cloud.call(change.action, ["FlowLogId": log, "ClientToken": token]).refused(
                400, "InvalidParameter.ClientTokenMalformed", "The specified parameter ClientToken is malformed.")
        }
    }

    @Test(arguments: both)
    private func `an unknown flow log is not found`(_ change: Switch) async throws {
        let (cloud, _) = try await seeded(change.from)
        await cloud.call(change.action, ["FlowLogId": "fl-none"]).refused(
            404, "InvalidFlowLog.NotFound", "The specified flow log does not exist.")
        await cloud.call(change.action).refused(400, "MissingParameter.FlowLogId")
    }

    @Test(arguments: both)
    private func `an operation still running is a conflict`(_ change: Switch) async throws {
        let (cloud, log) = try await seeded(change.from)
        for status in [Status.creating, .pending, .deleting] {
            try await cloud.change(FlowLog.self, log) { $0.status = status }
            await cloud.call(change.action, ["FlowLogId": log]).refused(
                409, "InvalidOperation.Conflict", "The specified resource operation conflicts.")
        }
    }

    @Test(arguments: both)
    private func `a ClientToken still at work is refused`(_ change: Switch) async throws {
        let (cloud, log) = try await seeded(change.from, hold: 20_000)
        let arguments = ["FlowLogId": log, "ClientToken": "t"]
        async let one = cloud.call(change.action, arguments)
        async let other = cloud.call(change.action, arguments)
        let replies = await [one, other].sorted { $0.status < $1.status }
        replies[0].succeeded()
        replies[1].refused(
            412, "IdempotentProcessing",
            "The request uses the same client token as a previous one that is still in process.")
    }
}
