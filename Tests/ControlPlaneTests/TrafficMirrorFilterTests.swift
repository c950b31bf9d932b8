import ControlPlane
import Model
import Testing

@Suite struct TrafficMirrorFilterTests {
    @Test func `a filter is created, settles, is shown with its rules and goes with them`() async throws {
        let cloud = try TestCloud()
        let id = try await cloud.call(
            "CreateTrafficMirrorFilter", ["TrafficMirrorFilterName": "TM_Filter_1", "ClientToken": "t"]
        ).succeeded().text("TrafficMirrorFilterId")
        #expect(id.hasPrefix("tmf-"))
        let ofRule = [
            "TrafficMirrorFilterId": id, "TrafficDirection": "ingress", "Policy": "accept", "Protocol": "TCP",
            "SourceCidrBlock": "0.0.0.0/0", "SourcePortRange": "1/50", "DestinationCidrBlock": "10.0.0.0/24",
            "DestinationPortRange": "80/80", "Description": "TM_FilterRule_1",
        ]
        await cloud.call("CreateTrafficMirrorFilterRule", ofRule).refused(
            400, "InvalidTrafficMirrorFilter.InvalidStatus",
            "The specified traffic mirror filter is not in the correct status for the request.")
        try await cloud.settle()
        let rule = try await cloud.call("CreateTrafficMirrorFilterRule", ofRule).succeeded()
            .text("TrafficMirrorFilterRuleId")
        #expect(rule.hasPrefix("tmr-"))
        try await cloud.settle()
        let shown = await cloud.call("DescribeTrafficMirrorFilters").succeeded()
        #expect(
            shown.result == [
                "RequestId": try #require(shown.metadata?["RequestId"]), "NextToken": "",
                "TrafficMirrorFilters": [
                    [
                        "TrafficMirrorFilterId": "\(id)", "TrafficMirrorFilterName": "TM_Filter_1",
                        "Description": "", "Status": "Available", "ProjectName": "default", "Tags": [],
                        "IngressFilterRules": [
                            [
                                "TrafficMirrorFilterRuleId": "\(rule)", "TrafficMirrorFilterId": "\(id)",
                                "TrafficDirection": "ingress", "Priority": 1, "Policy": "accept", "Protocol": "tcp",
                                "SourceCidrBlock": "0.0.0.0/0", "SourcePortRange": "1/50",
                                "DestinationCidrBlock": "10.0.0.0/24", "DestinationPortRange": "80/80",
                                "Description": "TM_FilterRule_1", "Status": "Available",
                                "CreatedAt": "\(TestCloud.startText)", "UpdatedAt": "\(TestCloud.startText)",
                            ]
                        ],
                        "EgressFilterRules": [], "CreatedAt": "\(TestCloud.startText)",
                        "UpdatedAt": "\(TestCloud.startText)",
                    ]
                ],
            ])
        await cloud.call("DeleteTrafficMirrorFilter", ["TrafficMirrorFilterId": id]).succeeded()
        #expect(try await cloud.find(TrafficMirrorFilterRule.self, rule) == nil)
        try await cloud.settle()
        #expect(try await cloud.find(TrafficMirrorFilter.self, id) == nil)
    }

    @Test func `the name is the ID unless given, and can be changed`() async throws {
        let cloud = try TestCloud()
        let id = try await cloud.call("CreateTrafficMirrorFilter").text("TrafficMirrorFilterId")
        try await cloud.settle()
        let before = try await cloud.call("DescribeTrafficMirrorFilters").only("TrafficMirrorFilters")
        #expect(before["TrafficMirrorFilterName"] == "\(id)")
        await cloud.call(
            "ModifyTrafficMirrorFilterAttributes",
            ["TrafficMirrorFilterId": id, "TrafficMirrorFilterName": "new", "Description": "words, too"]
        ).succeeded()
        let after = try await cloud.call("DescribeTrafficMirrorFilters").only("TrafficMirrorFilters")
        #expect(after["TrafficMirrorFilterName"] == "new")
        #expect(after["Description"] == "words, too")
        #expect(after["Status"] == "Available")
    }

    @Test func `a filter that a session uses cannot be deleted`() async throws {
        let cloud = try TestCloud()
        let seeded = try await cloud.seedMirroring()
        _ = try await cloud.seedSession(seeded)
        await cloud.call("DeleteTrafficMirrorFilter", ["TrafficMirrorFilterId": seeded.filter]).refused(
            409, "InvalidTrafficMirrorFilter.InUse", "The specified traffic mirror filter is in use.")
    }

    @Test func `an unknown filter is not found`() async throws {
        let cloud = try TestCloud()
        for action in ["ModifyTrafficMirrorFilterAttributes", "DeleteTrafficMirrorFilter"] {
            await cloud.call(action, ["TrafficMirrorFilterId": "tmf-none"]).refused(
                404, "InvalidTrafficMirrorFilter.NotFound", "The specified traffic mirror filter does not exist.")
            await cloud.call(action).refused(400, "MissingParameter.TrafficMirrorFilterId")
        }
    }

    @Test(arguments: [
        (["TrafficMirrorFilterName": "-"], 400, "InvalidName.Malformed"),
        (["Description": "*"], 400, "InvalidDescription.Malformed"),
        (["Tags.1.Value": "v"], 400, "InvalidTag.Disorder"), (["Tags.1.Key": ""], 400, "InvalidTagKey.Malformed"),
        (["Tags.1.Key": "k", "Tags.1.Value": "*"], 400, "InvalidTagValue.Malformed"),
        (["ProjectName": "none"], 404, "InvalidProject.NotFound"),
        (["ClientToken": "\u{7f}"], 400, "InvalidParameter.ClientTokenMalformed"),
    ])
    func `bad arguments are refused`(_ arguments: [String: String], _ status: Int, _ code: String) async throws {
        try await TestCloud().call("CreateTrafficMirrorFilter", arguments).refused(status, code)
    }

    @Test func `more filters than the quota are refused`() async throws {
        let cloud = try TestCloud { $0.quotas.trafficMirrorFilters = 1 }
        await cloud.call("CreateTrafficMirrorFilter").succeeded()
        await cloud.call("CreateTrafficMirrorFilter").refused(
            400, "QuotaExceeded.TrafficMirrorFilter",
            "You've reached the limit on the number of traffic mirror filters that you can create.")
    }

    @Test func `filters of a list combine with AND, and none match with an empty list`() async throws {
        let cloud = try TestCloud()
        for index in 1...3 {
            await cloud.call(
                "CreateTrafficMirrorFilter",
                [
                    "TrafficMirrorFilterName": "f\(index)", "Tags.1.Key": "n", "Tags.1.Value": "\(index)",
                    "Tags.2.Key": "all",
                ]
            ).succeeded()
        }
        func names(_ arguments: [String: String]) async -> [String?] {
            let list = await cloud.call("DescribeTrafficMirrorFilters", arguments).succeeded()
            return list.result?["TrafficMirrorFilters"]?.elements.map { $0["TrafficMirrorFilterName"]?.text } ?? []
        }
        #expect(await names([:]) == ["f3", "f2", "f1"])
        #expect(await names(["TrafficMirrorFilterNames.1": "f1", "TrafficMirrorFilterNames.2": "f3"]) == ["f3", "f1"])
        #expect(
            await names([
                "TagFilters.1.Key": "n", "TagFilters.1.Values.1": "1", "TagFilters.1.Values.2": "2",
                "TagFilters.2.Key": "all",
            ]) == ["f2", "f1"])
        #expect(await names(["TrafficMirrorFilterNames.1": "f1", "TagFilters.1.Key": "none"]) == [])
        #expect(await names(["ProjectName": "other"]) == [])
        #expect(await names(["TrafficMirrorFilterIds.1": "tmf-none"]) == [])
    }

    @Test func `pages follow each other by NextToken, which is good for its filters alone`() async throws {
        let cloud = try TestCloud()
        for index in 1...5 {
            await cloud.call("CreateTrafficMirrorFilter", ["TrafficMirrorFilterName": "f\(index)"]).succeeded()
        }
        var seen: [String] = []
        var token: String?
        repeat {
            var arguments = ["MaxResults": "2"]
            if let token { arguments["NextToken"] = token }
            let page = await cloud.call("DescribeTrafficMirrorFilters", arguments).succeeded()
            seen +=
                page.result?["TrafficMirrorFilters"]?.elements.compactMap { $0["TrafficMirrorFilterName"]?.text } ?? []
            token = page.result?["NextToken"]?.text
            #expect(seen.count <= 5)
        } while token?.isEmpty == false && seen.count <= 5
        #expect(seen == ["f5", "f4", "f3", "f2", "f1"])

        let first = try await cloud.call("DescribeTrafficMirrorFilters", ["MaxResults": "1"]).text("NextToken")
        await cloud.call("DescribeTrafficMirrorFilters", ["NextToken": first, "ProjectName": "p"]).refused(
            400, "InvalidNextToken.Malformed", "The specified NextToken is malformed.")
        await cloud.call("DescribeTrafficMirrorFilters", ["NextToken": "x"]).refused(
            400, "InvalidNextToken.Malformed")
        for bad in ["0", "101", "ten", ""] {
            await cloud.call("DescribeTrafficMirrorFilters", ["MaxResults": bad]).refused(
                400, "InvalidMaxResults.Malformed", "The specified MaxResults is malformed.")
        }
    }
}
