import CloudAPI
import FlowLogs
import Model
import Packet
import Synchronization
import Testing

@testable import ControlPlane

/// Flow records as callers of service `weir` see them.
@Suite struct FlowRecordTests {
    private let other = "2100000077"

    /// A cloud with records of two accounts in two minutes: packets are 1, 2, 4, … so that every sum tells which.
    private func cloud() async throws -> TestCloud {
        let cloud = try TestCloud()
        let flowLogs = cloud.services.flowLogs
        let logs = [
            FlowLogSettings(flowLogID: "fl-1", accountID: cloud.scope.accountID, trafficType: .all, windowSeconds: 60),
            FlowLogSettings(flowLogID: "fl-2", accountID: other, trafficType: .all, windowSeconds: 60),
        ]
        func entry(_ source: String, _ port: UInt16, accepted: UInt64 = 0, rejected: UInt64 = 0) throws -> FlowEntry {
            FlowEntry(
                direction: .ingress, source: try #require(IPAddress(source)),
                destination: try #require(IPAddress("10.0.0.9")), transport: port == 53 ? 17 : 6, sourcePort: 40000,
                destinationPort: port, tcpFlags: 2, acceptedPackets: accepted, acceptedBytes: accepted * 100,
                rejectedPackets: rejected, rejectedBytes: rejected * 100)
        }
        func slice(_ minute: Int64, _ log: String, _ entries: [FlowEntry]) -> FlowSlice {
            let start = TestCloud.start + minute * 60000
            return FlowSlice(
                networkInterfaceID: "eni-\(log)", flowLogIDs: [log], startMilliseconds: start,
                endMilliseconds: start + 5000, entries: entries)
        }
        let slices = [
            slice(0, "fl-1", [try entry("10.0.0.1", 443, accepted: 1), try entry("10.0.0.2", 53, accepted: 2)]),
            slice(1, "fl-1", [try entry("10.0.0.1", 443, accepted: 4), try entry("192.168.0.1", 22, rejected: 8)]),
            slice(1, "fl-2", [try entry("10.0.0.1", 443, accepted: 1024)]),
        ]
        let spool = try #require(SpoolID("11111111-2222-4333-8444-555555555555"))
        let batch = FlowBatch(agentID: "h-1", spoolID: spool, sequence: 1, slices: slices)
        _ = try await flowLogs.ingest(batch, logs: logs, at: TestCloud.start / 1000)
        try await flowLogs.closeWindows(at: TestCloud.start / 1000 + 3600)
        cloud.pass(seconds: 180)
        return cloud
    }

    /// Page by page: on a busy machine one comes before all is looked at.
    private func records(_ cloud: TestCloud, _ arguments: [String: String]) async throws -> [JSON] {
        var (arguments, records) = (arguments, [JSON]())
        while true {
            let page = await cloud.call("SearchFlowRecords", arguments, service: "weir").succeeded()
            records += page.result?["Records"]?.elements ?? []
            let token = try page.text("NextToken")
            if token.isEmpty { return records }
            arguments["NextToken"] = token
        }
    }

    private func packets(_ cloud: TestCloud, _ filter: String) async throws -> [Int] {
        try await records(cloud, ["Filter": filter]).compactMap { $0["Packets"]?.int }
    }

    @Test func `a search finds what its filter says, of the caller's account alone`() async throws {
        let cloud = try await cloud()
        #expect(try await packets(cloud, "").sorted() == [1, 2, 4, 8])
        #expect(try await packets(cloud, "src in 10.0.0.0/8 and dport 443").sorted() == [1, 4])
        #expect(try await packets(cloud, "action reject or proto udp").sorted() == [2, 8])
        #expect(try await packets(cloud, "flow-log fl-2").isEmpty)
        // It is three minutes later: the first window ended two minutes ago.
        #expect(try await packets(cloud, "since 90s").sorted() == [4, 8])
        #expect(try await packets(cloud, "until 2m").sorted() == [1, 2])
    }

    @Test func `parameters and the filter both hold`() async throws {
        let cloud = try await cloud()
        let both = ["Filter": "since 90s", "DestinationPort": "443", "EndedAfter": "0"]
        #expect(try await records(cloud, both).compactMap { $0["Packets"]?.int } == [4])
        let sums = await cloud.call(
            "SumFlowRecords", ["Filter": "port 443", "FlowLogId": "fl-1"], service: "weir"
        ).succeeded()
        #expect(sums.result?["Accepted"]?["Packets"]?.int == 5 && sums.result?["IsExact"] == .bool(true))
    }

    @Test func `a filter that is wrong is pointed at`() async throws {
        let cloud = try await cloud()
        for action in ["SearchFlowRecords", "TailFlowRecords", "SumFlowRecords", "AggregateFlowRecords"] {
            let reply = await cloud.call(
                action, ["Filter": "dport 443 and dprot 80", "WaitSeconds": "0"], service: "weir")
            #expect(reply.status == 400 && reply.code == "InvalidFilter.Malformed", "\(action): \(reply.json)")
            #expect(reply.message?.contains("\"dprot\" begins no condition; do you mean dport?") == true)
            #expect(reply.message?.contains("character 15") == true)
        }
    }

    @Test func `groups are summed, the largest first, and the rest is told`() async throws {
        let cloud = try await cloud()
        func top(_ arguments: [String: String]) async throws -> JSON? {
            await cloud.call("AggregateFlowRecords", arguments, service: "weir").succeeded().result
        }
        let talkers = try await top(["GroupBy.1": "src", "MaxGroups": "2", "WaitSeconds": "20"])
        #expect(talkers?["QueryId"] == .text("") && talkers?["DistinctGroups"]?.int == 3)
        let groups = talkers?["Groups"]?.elements ?? []
        #expect(groups.map { $0["Values"]?.elements.first } == [.text("192.168.0.1"), .text("10.0.0.1")])
        #expect(groups.map { $0["Packets"]?.int } == [8, 5])
        #expect(talkers?["Others"]?["Packets"]?.int == 2 && talkers?["Total"]?["Bytes"]?.int == 1500)
        let minutes = try await top([
            "GroupBy.1": "time", "GroupBy.2": "action", "OrderBy": "packets", "Filter": "not proto udp",
            "BucketSeconds": "60", "WaitSeconds": "20",
        ])
        let second = String(TestCloud.start / 1000 + 60), first = String(TestCloud.start / 1000)
        #expect(
            minutes?["Groups"]?.elements.map { $0["Values"]?.elements ?? [] } == [
                [.text(second), .text("REJECT")], [.text(second), .text("ACCEPT")],
                [.text(first), .text("ACCEPT")],
            ])
        for wrong in [["GroupBy.1": "size"], ["GroupBy.1": "src", "GroupBy.2": "src"]] {
            let reply = await cloud.call("AggregateFlowRecords", wrong, service: "weir")
            #expect(reply.code == "InvalidParameter.GroupBy", "\(reply.json)")
        }
    }

    @Test func `an answer that is not there yet is asked for by its ID, by its own account`() async throws {
        let cloud = try await cloud()
        var reply = await cloud.call("AggregateFlowRecords", ["WaitSeconds": "0"], service: "weir").succeeded()
        let id = try #require(reply.result?["QueryId"]?.text)
        if !id.isEmpty {
            reply = await cloud.call(
                "AggregateFlowRecords", ["QueryId": id, "WaitSeconds": "20"], service: "weir"
            ).succeeded()
        }
        #expect(reply.result?["Total"]?["Packets"]?.int == 15)
        // Answered and forgotten.
        let again = await cloud.call("AggregateFlowRecords", ["QueryId": "fq-none"], service: "weir")
        #expect(again.status == 404 && again.code == "InvalidQueryId.NotFound")
    }

    @Test func `a sum that is not there yet is asked for by its ID, and only as a sum`() async throws {
        let cloud = try await cloud()
        var reply = await cloud.call("SumFlowRecords", ["WaitSeconds": "0"], service: "weir").succeeded()
        let id = try #require(reply.result?["QueryId"]?.text)
        if !id.isEmpty {
            let other = await cloud.call("AggregateFlowRecords", ["QueryId": id, "WaitSeconds": "0"], service: "weir")
            #expect(other.status == 404 && other.code == "InvalidQueryId.NotFound")
            reply = await cloud.call("SumFlowRecords", ["QueryId": id, "WaitSeconds": "20"], service: "weir")
                .succeeded()
        }
        let whole = await cloud.call("SumFlowRecords", service: "weir").succeeded()
        for sums in [reply.result, whole.result] {
            #expect(sums?["QueryId"] == .text("") && sums?["IsExact"] == .bool(true))
            let packets = ["Accepted", "Rejected", "Lost"].compactMap { sums?[$0]?["Packets"]?.int }
            #expect(packets.reduce(0, +) == 15)
        }
    }

    /// A query that goes on until it is let go.
    private final class Held: Sendable {
        private let isOver = Atomic(false)

        func letGo() { isOver.store(true, ordering: .releasing) }

        func start(_ book: FlowQueryBook, _ accountID: String) throws -> String {
            try book.start(accountID: accountID, action: AggregateFlowRecords.name, keys: []) {
                progress throws(FlowLogError) in
                progress(3, 7)
                while !self.isOver.load(ordering: .acquiring) { try? await Task.sleep(for: .milliseconds(2)) }
                return FlowGroups()
            }
        }
    }

    @Test func `a query under way is its own account's alone`() async throws {
        let cloud = try TestCloud()
        let held = Held()
        defer { held.letGo() }
        let own = try held.start(cloud.services.flowQueries, cloud.scope.accountID)
        let foreign = try held.start(cloud.services.flowQueries, other)
        func ask(_ id: String, wait: Int = 0) async -> Reply {
            await cloud.call("AggregateFlowRecords", ["QueryId": id, "WaitSeconds": String(wait)], service: "weir")
        }
        #expect(await ask(foreign).code == "InvalidQueryId.NotFound")
        let going = await ask(own).succeeded()
        #expect(going.result?["QueryId"]?.text == own)
        held.letGo()
        #expect(await ask(own, wait: 20).succeeded().result?["QueryId"]?.text == "")
        #expect(await ask(own).code == "InvalidQueryId.NotFound")
        // Who was refused has taken nothing away.
        let answer = try await cloud.services.flowQueries.answer(
            foreign, accountID: other, action: AggregateFlowRecords.name, until: .now + .seconds(20))
        guard case .whole = answer else {
            Issue.record("not whole")
            return
        }
    }

    @Test func `an account has so many queries under way, and all together have so many`() async throws {
        let cloud = try TestCloud()
        let held = Held()
        defer { held.letGo() }
        let book = cloud.services.flowQueries
        for _ in 0..<8 { _ = try held.start(book, cloud.scope.accountID) }
        let refused = await cloud.call("AggregateFlowRecords", ["WaitSeconds": "20"], service: "weir")
        #expect(refused.status == 503 && refused.message?.contains("ask again later") == true, "\(refused.json)")
        for account in 0..<3 { for _ in 0..<8 { _ = try held.start(book, "21000001\(account)0") } }
        #expect(throws: APIError.self) { try held.start(book, other) }
        held.letGo()
        // What nobody has asked for yet is still kept.
        let still = await cloud.call("AggregateFlowRecords", ["WaitSeconds": "20"], service: "weir")
        #expect(still.status == 503)
    }

    @Test func `counts that are larger than fits are marked`() async throws {
        let cloud = try await cloud()
        let log = FlowLogSettings(
            flowLogID: "fl-1", accountID: cloud.scope.accountID, trafficType: .all, windowSeconds: 60)
        let address = try #require(IPAddress("10.0.0.1"))
        let entry = FlowEntry(
            direction: .egress, source: address, destination: address, transport: 17, sourcePort: 1,
            destinationPort: 99, tcpFlags: 0, acceptedPackets: .max, acceptedBytes: 5, rejectedPackets: 0,
            rejectedBytes: 0)
        let slice = FlowSlice(
            networkInterfaceID: "eni-1", flowLogIDs: ["fl-1"], startMilliseconds: TestCloud.start,
            endMilliseconds: TestCloud.start + 5000, entries: [entry])
        let spool = try #require(SpoolID("11111111-2222-4333-8444-666666666666"))
        let batch = FlowBatch(agentID: "h-2", spoolID: spool, sequence: 1, slices: [slice])
        _ = try await cloud.services.flowLogs.ingest(batch, logs: [log], at: TestCloud.start / 1000)
        try await cloud.services.flowLogs.closeWindows(at: TestCloud.start / 1000 + 7200)
        let records = try await records(cloud, [:])
        let marked = records.filter { $0["CountsSaturated"] == .bool(true) }
        #expect(records.count == 5 && marked.count == 1 && marked.first?["DestinationPort"]?.int == 99)
        #expect(records.count { $0["CountsSaturated"] == nil || $0["CountsSaturated"] == .null } == 4)
    }

    @Test func `a tail with a time begins there`() async throws {
        let cloud = try await cloud()
        let now = await cloud.call("TailFlowRecords", ["WaitSeconds": "0"], service: "weir").succeeded()
        #expect(now.result?["Records"]?.elements.isEmpty == true)
        let since = await cloud.call(
            "TailFlowRecords", ["Filter": "since 90s", "WaitSeconds": "0"], service: "weir"
        ).succeeded()
        #expect(since.result?["Records"]?.elements.compactMap { $0["Packets"]?.int }.sorted() == [4, 8])
    }
}

extension JSON {
    /// A number without a fraction.
    fileprivate var int: Int? {
        guard case .number(let value) = self else { return nil }
        return Int(exactly: value)
    }
}
