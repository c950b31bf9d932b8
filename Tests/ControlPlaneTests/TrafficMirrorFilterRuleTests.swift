import ControlPlane
import Model
import Testing

@Suite struct TrafficMirrorFilterRuleTests {
    private static let all = [
        "TrafficDirection": "ingress", "Policy": "accept", "Protocol": "all", "SourceCidrBlock": "0.0.0.0/0",
        "DestinationCidrBlock": "0.0.0.0/0",
    ]
    private static let tcp = all.merging(
        ["Protocol": "tcp", "SourcePortRange": "1/65535", "DestinationPortRange": "443/443"]
    ) { $1 }

    private func create(
        _ cloud: TestCloud, _ filter: String, _ arguments: [String: String], _ more: [String: String] = [:]
    ) async -> Reply {
        await cloud.call(
            "CreateTrafficMirrorFilterRule",
            arguments.merging(more) { $1 }.merging(["TrafficMirrorFilterId": filter]) { $1 })
    }

    private func modify(_ cloud: TestCloud, _ rule: String, _ arguments: [String: String]) async -> Reply {
        await cloud.call(
            "ModifyTrafficMirrorFilterRuleAttributes",
            arguments.merging(["TrafficMirrorFilterRuleId": rule]) { $1 })
    }

    private func seeded() async throws -> (cloud: TestCloud, filter: String) {
        let cloud = try TestCloud { $0.quotas.trafficMirrorFilterRules = 2 }
        let filter = try await cloud.call("CreateTrafficMirrorFilter").text("TrafficMirrorFilterId")
        try await cloud.settle()
        return (cloud, filter)
    }

    @Test(arguments: [
        ("TCP", "tcp"), (" udp", "udp"), (" Icmp ", "icmp"), (" all", "all"),
    ])
    func `protocols are trimmed and lower-cased`(_ sent: String, _ kept: String) async throws {
        let (cloud, filter) = try await seeded()
        var arguments = Self.all
        if kept == "tcp" || kept == "udp" { arguments = Self.tcp }
        let rule = try await create(cloud, filter, arguments, ["Protocol": sent]).succeeded()
            .text("TrafficMirrorFilterRuleId")
        let row = try #require(try await cloud.find(TrafficMirrorFilterRule.self, rule))
        #expect(row.transport.rawValue == kept)
        #expect(row.sourcePorts == (kept == "tcp" || kept == "udp" ? "1/65535" : "-1/-1"))
    }

    @Test(
        arguments: [
            (["TrafficDirection": "Ingress"], 400, "InvalidTrafficDirection.Malformed"),
            (["Priority": "0"], 400, "InvalidPriority.Malformed"),
            (["Priority": "1001"], 400, "InvalidPriority.Malformed"),
            (["Priority": "one"], 400, "InvalidPriority.Malformed"),
            (["Policy": "drop"], 400, "InvalidPolicy.Malformed"),
            (["Protocol": "gre"], 400, "InvalidProtocol.Malformed"),
            (["Protocol": "t cp"], 400, "InvalidProtocol.Malformed"),
            (["SourceCidrBlock": "10.0.0.0"], 400, "InvalidCidrBlock.Malformed"),
            (["DestinationCidrBlock": "10.0.0.0/33"], 400, "InvalidCidrBlock.Malformed"),
            (["DestinationCidrBlock": "2001:db8::/32"], 400, "InvalidCidrBlock.Malformed"),
            (["SourcePortRange": "0/1"], 400, "InvalidPortRange.Malformed"),
            (["SourcePortRange": "2/1"], 400, "InvalidPortRange.Malformed"),
            (["SourcePortRange": "1/65536"], 400, "InvalidPortRange.Malformed"),
            (["SourcePortRange": "80"], 400, "InvalidPortRange.Malformed"),
            (["SourcePortRange": "-1/-1"], 400, "InvalidPortRange.Malformed"),
            (["Protocol": "icmp"], 400, "InvalidPortRange.Malformed"),
            (["Description": "#"], 400, "InvalidDescription.Malformed"),
            (["ClientToken": "é"], 400, "InvalidParameter.ClientTokenMalformed"),
            (["SourcePortRange": nil], 400, "MissingParameter.SourcePortRange"),
            (["DestinationPortRange": nil], 400, "MissingParameter.DestinationPortRange"),
            (["SourceCidrBlock": nil], 400, "MissingParameter.SourceCidrBlock"),
            (["Policy": nil], 400, "MissingParameter.Policy"),
        ] as [([String: String?], Int, String)])
    func `bad arguments are refused`(_ change: [String: String?], _ status: Int, _ code: String) async throws {
        let (cloud, filter) = try await seeded()
        var arguments = Self.tcp
        for (name, value) in change { arguments[name] = value }
        await create(cloud, filter, arguments).refused(status, code)
    }

    @Test func `an unknown filter is not found`() async throws {
        let (cloud, _) = try await seeded()
        await create(cloud, "tmf-none", Self.tcp).refused(404, "InvalidTrafficMirrorFilter.NotFound")
    }

    @Test func `a priority is unique within filter and direction`() async throws {
        let (cloud, filter) = try await seeded()
        let first = try await create(cloud, filter, Self.tcp).text("TrafficMirrorFilterRuleId")
        await create(cloud, filter, Self.all).refused(
            409, "InvalidPriority.Conflict",
            "The specified priority conflicts with that of another traffic mirror filter rule.")
        await create(cloud, filter, Self.all, ["TrafficDirection": "egress"]).succeeded()
        await create(cloud, filter, Self.all, ["Priority": "2"]).succeeded()
        try await cloud.settle()
        await modify(cloud, first, ["Priority": "2"]).refused(409, "InvalidPriority.Conflict")
        await modify(cloud, first, ["TrafficDirection": "egress"]).refused(409, "InvalidPriority.Conflict")
        await modify(cloud, first, ["Priority": "1"]).succeeded()
    }

    @Test func `a direction of a filter holds so many rules, also by modifying`() async throws {
        let (cloud, filter) = try await seeded()
        for priority in ["1", "2"] { await create(cloud, filter, Self.all, ["Priority": priority]).succeeded() }
        await create(cloud, filter, Self.all, ["Priority": "3"]).refused(
            400, "QuotaExceeded.TrafficMirrorFilterRule",
            "You've reached the limit on the number of traffic mirror filter rules that you can create.")
        let egress = try await create(cloud, filter, Self.all, ["TrafficDirection": "egress", "Priority": "3"])
            .text("TrafficMirrorFilterRuleId")
        try await cloud.settle()
        await modify(cloud, egress, ["TrafficDirection": "ingress"]).refused(
            400, "QuotaExceeded.TrafficMirrorFilterRule")
    }

    @Test func `a modified rule is pending, then available, while its filter stays available`() async throws {
        let (cloud, filter) = try await seeded()
        let rule = try await create(cloud, filter, Self.tcp).text("TrafficMirrorFilterRuleId")
        await modify(cloud, rule, ["Policy": "reject"]).refused(
            400, "InvalidTrafficMirrorFilterRule.InvalidStatus",
            "The specified traffic mirror filter rule is not in the correct status for the request.")
        try await cloud.settle()
        cloud.pass(seconds: 5)
        await modify(
            cloud, rule,
            [
                "Policy": "reject", "Protocol": " udp", "Priority": "7", "SourceCidrBlock": "10.1.2.3/16",
                "Description": "d",
            ]
        ).succeeded()
        let shown = try await cloud.call("DescribeTrafficMirrorFilters").only("TrafficMirrorFilters")
        #expect(shown["Status"] == "Available")
        #expect(
            shown["IngressFilterRules"] == [
                [
                    "TrafficMirrorFilterRuleId": "\(rule)", "TrafficMirrorFilterId": "\(filter)",
                    "TrafficDirection": "ingress", "Priority": 7, "Policy": "reject", "Protocol": "udp",
                    "SourceCidrBlock": "10.1.0.0/16", "SourcePortRange": "1/65535",
                    "DestinationCidrBlock": "0.0.0.0/0", "DestinationPortRange": "443/443", "Description": "d",
                    "Status": "Pending", "CreatedAt": "\(TestCloud.startText)",
                    "UpdatedAt": "2024-01-15T16:30:05+08:00",
                ]
            ])
        try await cloud.settle()
        #expect(try await cloud.find(TrafficMirrorFilterRule.self, rule)?.status == .available)
    }

    @Test func `the whole rule must be sound after a change of protocol`() async throws {
        let (cloud, filter) = try await seeded()
        let rule = try await create(cloud, filter, Self.tcp).text("TrafficMirrorFilterRuleId")
        try await cloud.settle()
        await modify(cloud, rule, ["Protocol": "icmp"]).succeeded()
        try await cloud.settle()
        #expect(try await cloud.find(TrafficMirrorFilterRule.self, rule)?.destinationPorts == "-1/-1")
        await modify(cloud, rule, ["SourcePortRange": "1/2"]).refused(400, "InvalidPortRange.Malformed")
        await modify(cloud, rule, ["Protocol": "tcp"]).refused(
            400, "InvalidPortRange.Malformed", "The specified port range is malformed.")
        await modify(
            cloud, rule, ["Protocol": "tcp", "SourcePortRange": "1/2", "DestinationPortRange": "3/4"]
        ).succeeded()
    }

    @Test func `a deleted rule goes and frees its priority`() async throws {
        let (cloud, filter) = try await seeded()
        let rule = try await create(cloud, filter, Self.tcp).text("TrafficMirrorFilterRuleId")
        try await cloud.settle()
        await cloud.call("DeleteTrafficMirrorFilterRule", ["TrafficMirrorFilterRuleId": rule]).succeeded()
        await cloud.call("DeleteTrafficMirrorFilterRule", ["TrafficMirrorFilterRuleId": rule]).refused(
            400, "InvalidTrafficMirrorFilterRule.InvalidStatus")
        try await cloud.settle()
        await cloud.call("DeleteTrafficMirrorFilterRule", ["TrafficMirrorFilterRuleId": rule]).refused(
            404, "InvalidTrafficMirrorFilterRule.NotFound",
            "The specified traffic mirror filter rule does not exist.")
        await create(cloud, filter, Self.tcp).succeeded()
    }

    @Test func `the order of rules shown is that of their priority`() async throws {
        let (cloud, filter) = try await seeded()
        for priority in ["20", "10"] { await create(cloud, filter, Self.all, ["Priority": priority]).succeeded() }
        let shown = try await cloud.call("DescribeTrafficMirrorFilters").only("TrafficMirrorFilters")
        #expect(shown["IngressFilterRules"]?.elements.map { $0["Priority"] } == [10, 20])
    }
}
