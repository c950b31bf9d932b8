import ControlPlane
import Model
import Store
import Testing

@Suite struct FlowLogTests {
    private func cloud(_ change: (inout Settings) -> Void = { _ in }) async throws -> TestCloud {
        let cloud = try TestCloud(change)
        try await cloud.seedNetwork()
        return cloud
    }

    private func create(_ cloud: TestCloud, _ more: [String: String?] = [:]) async -> Reply {
        var arguments = TestCloud.flowLog
        for (name, value) in more { arguments[name] = value }
        return await cloud.call("CreateFlowLog", arguments)
    }

    @Test func `a flow log is created, becomes active, is shown and goes, its topic stays`() async throws {
        let cloud = try await cloud()
        let id = try await create(
            cloud, ["Description": "FlowLog_VPC", "Tags.1.Key": "k", "TrafficPath.1": "1", "EnableIndex": "true"]
        ).succeeded().text("FlowLogId")
        #expect(id.hasPrefix("fl-"))
        #expect(try await cloud.find(FlowLog.self, id)?.status == .creating)
        try await cloud.settle()
        let shown = await cloud.call("DescribeFlowLogs", ["FlowLogIds.1": id]).succeeded()
        let row = try #require(try await cloud.find(FlowLog.self, id))
        #expect(
            shown.result == [
                "RequestId": try #require(shown.metadata?["RequestId"]), "NextToken": "",
                "FlowLogs": [
                    [
                        "FlowLogId": "\(id)", "FlowLogName": "FlowLog-1", "Description": "FlowLog_VPC",
                        "ResourceType": "vpc", "ResourceId": "vpc-1", "VpcId": "vpc-1", "TrafficType": "All",
                        "TrafficPath": ["1"], "LogProjectId": "\(row.logProjectID.rawValue)",
                        "LogTopicId": "\(row.logTopicID.rawValue)", "AggregationInterval": 10, "Version": 1,
                        "Status": "Active", "BusinessStatus": "Normal", "LockReason": "",
                        "AccountId": "2100000001", "ProjectName": "default", "Tags": [["Key": "k", "Value": ""]],
                        "CreatedAt": "\(TestCloud.startText)", "UpdatedAt": "\(TestCloud.startText)",
                    ]
                ],
            ])
        #expect(row.logTopicID.rawValue.count == 36)
        #expect(try await cloud.find(LogTopic.self, row.logTopicID.rawValue)?.indexed == true)

        await cloud.call("DeleteFlowLog", ["FlowLogId": id]).succeeded()
        #expect(try await cloud.find(FlowLog.self, id)?.status == .deleting)
        try await cloud.settle()
        #expect(await cloud.call("DescribeFlowLogs").result?["FlowLogs"] == [])
        #expect(try await cloud.find(LogTopic.self, row.logTopicID.rawValue) != nil)
        let again = try await create(cloud).text("FlowLogId")
        #expect(try await cloud.find(FlowLog.self, again)?.logTopicID == row.logTopicID)
    }

    @Test func `topics are looked up inside their project, made when absent, indexed when asked`() async throws {
        let cloud = try await cloud()
        func log(_ more: [String: String?]) async throws -> FlowLog {
            let id = try await create(cloud, more).text("FlowLogId")
            return try #require(try await cloud.find(FlowLog.self, id))
        }
        let first = try await log([:])
        let second = try await log(["TrafficType": "Drop", "EnableIndex": "true"])
        #expect(second.logTopicID == first.logTopicID && second.logProjectID == first.logProjectID)
        #expect(try await cloud.find(LogTopic.self, first.logTopicID.rawValue)?.indexed == true)
        let third = try await log(["LogTopicName": "topic-2"])
        #expect(third.logTopicID != first.logTopicID && third.logProjectID == first.logProjectID)
        let fourth = try await log(["LogProjectName": "project-2"])
        #expect(fourth.logTopicID != first.logTopicID && fourth.logProjectID != first.logProjectID)
    }

    @Test func `a refused call leaves no project and no topic`() async throws {
        let cloud = try await cloud { $0.quotas.flowLogs = 0 }
        await create(cloud).refused(
            400, "QuotaExceeded.FlowLog",
            "You've reached the limit on the number of flow logs that you can create.")
        #expect(try await cloud.store.read { try $0.count(ListQuery<LogProject>(), in: nil) } == 0)
        #expect(try await cloud.store.read { try $0.count(ListQuery<LogTopic>(), in: nil) } == 0)
    }

    @Test func `ten flow logs are the default quota`() async throws {
        let cloud = try await cloud()
        for index in 0..<10 { await create(cloud, ["LogTopicName": "topic-\(index)"]).succeeded() }
        await create(cloud).refused(400, "QuotaExceeded.FlowLog")
    }

    @Test func `a flow log knows the VPC of its subnet or ENI`() async throws {
        let cloud = try await cloud()
        try await cloud.seedInterface("eni-1")
        for (type, id) in [("subnet", "subnet-1"), ("eni", "eni-1")] {
            let log = try await create(cloud, ["ResourceType": type, "ResourceId": id]).text("FlowLogId")
            #expect(try await cloud.find(FlowLog.self, log)?.vpcID == "vpc-1")
        }
    }

    @Test func `the same resource, traffic type and topic are a conflict, anything else is not`() async throws {
        let cloud = try await cloud()
        await create(cloud).succeeded()
        await create(cloud, ["FlowLogName": "other"]).refused(
            409, "InvalidFlowLog.Conflict", "The specified flow log conflicts with that of another flow log.")
        await create(cloud, ["TrafficType": "Allow"]).succeeded()
        await create(cloud, ["LogTopicName": "topic-2"]).succeeded()
        await create(cloud, ["ResourceType": "subnet", "ResourceId": "subnet-1"]).succeeded()
    }

    @Test(
        arguments: [
            (["FlowLogName": nil], 400, "MissingParameter.FlowLogName"),
            (["TrafficType": nil], 400, "MissingParameter.TrafficType"),
            (["LogTopicName": nil], 400, "MissingParameter.LogTopicName"),
            (["FlowLogName": "."], 400, "InvalidName.Malformed"),
            (["Description": "/"], 400, "InvalidDescription.Malformed"),
            (["ResourceType": "VPC"], 400, "InvalidResourceType.Malformed"),
            (["TrafficType": "all"], 400, "InvalidTrafficType.Malformed"),
            (["LogProjectName": "ab"], 400, "InvalidLogProjectName.Malformed"),
            (["LogProjectName": "-abc"], 400, "InvalidLogProjectName.Malformed"),
            (["LogTopicName": "abc-"], 400, "InvalidLogTopicName.Malformed"),
            (["LogTopicName": "aBc"], 400, "InvalidLogTopicName.Malformed"),
            (["LogTopicName": String(repeating: "a", count: 64)], 400, "InvalidLogTopicName.Malformed"),
            (["AggregationInterval": "2"], 400, "InvalidAggregationInterval.Malformed"),
            (["EnableIndex": "yes"], 400, "InvalidParameter.EnableIndex"),
            (["FlowLogVersion": "2"], 400, "InvalidParameter.FlowLogVersion"),
            (["TrafficPath.1": ""], 400, "InvalidParameter.TrafficPath"),
            (["Tags.1.Value": "v"], 400, "InvalidTag.Disorder"), (["Tags.1.Key": "%"], 400, "InvalidTagKey.Malformed"),
            (["Tags.1.Key": "k", "Tags.1.Value": "%"], 400, "InvalidTagValue.Malformed"),
            (["ClientToken": "ß"], 400, "InvalidParameter.ClientTokenMalformed"),
            (["ProjectName": "none"], 404, "InvalidProject.NotFound"),
            (["ResourceId": "vpc-none"], 404, "InvalidResourceId.NotFound"),
            (["ResourceType": "subnet"], 404, "InvalidResourceId.NotFound"),
            (["ResourceType": "eni"], 404, "InvalidResourceId.NotFound"),
        ] as [([String: String?], Int, String)])
    func `bad arguments are refused`(_ change: [String: String?], _ status: Int, _ code: String) async throws {
        let cloud = try await cloud()
        await create(cloud, change).refused(status, code)
    }

    @Test func `a resource that goes takes no new flow log`() async throws {
        let cloud = try await cloud()
        try await cloud.change(Vpc.self, "vpc-1") { $0.status = .deleting }
        await create(cloud).refused(409, "InvalidOperation.Conflict")
    }

    @Test(arguments: [Status.active, .inactive])
    func `modifying passes through pending and comes back`(_ status: Status) async throws {
        let cloud = try await cloud()
        let log = try await cloud.seedFlowLog()
        if status == .inactive {
            await cloud.call("DeactiveFlowLog", ["FlowLogId": log]).succeeded()
            try await cloud.settle()
        }
        let generation = try await cloud.generation()
        await cloud.call(
            "ModifyFlowLogAttribute",
            [
                "FlowLogId": log, "FlowLogName": "new", "Description": "d", "AggregationInterval": "1",
                "TrafficPath.1": "a", "TrafficPath.2": "b",
            ]
        ).succeeded()
        // Hosts need not know of it.
        #expect(try await cloud.generation() == generation)
        #expect(try await cloud.find(FlowLog.self, log)?.status == .pending)
        try await cloud.settle()
        let row = try #require(try await cloud.find(FlowLog.self, log))
        #expect(row.status == status)
        #expect(row.name == "new" && row.description == "d" && row.aggregationInterval == 1)
        #expect(row.trafficPath == ["a", "b"])
    }

    @Test func `modifying has the published errors`() async throws {
        let cloud = try await cloud()
        let log = try await cloud.seedFlowLog()
        func modify(_ arguments: [String: String]) async -> Reply {
            await cloud.call("ModifyFlowLogAttribute", ["FlowLogId": log].merging(arguments) { $1 })
        }
        await modify(["Description": "&"]).refused(
            400, "InvalidDescription.Malformed", "The specified description is malformed.")
        await modify(["Description": String(repeating: "字", count: 256)]).refused(
            400, "InvalidDescription.Malformed",
            "The specified description is malformed. Ensure the maximum length of description is 255.")
        await modify(["FlowLogName": ""]).refused(400, "InvalidName.Malformed")
        await modify(["AggregationInterval": "0"]).refused(400, "InvalidAggregationInterval.Malformed")
        await modify(["FlowLogId": "fl-none"]).refused(404, "InvalidFlowLog.NotFound")
        await modify(["Description": "a", "ClientToken": "t"]).succeeded()
        await modify(["Description": "b", "ClientToken": "t"]).refused(
            400, "IdempotentParameterMismatch",
            "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).")
        await modify(["Description": "c"]).refused(409, "InvalidOperation.Conflict")
        try await cloud.settle()
        try await cloud.change(FlowLog.self, log) { $0.businessStatus = .financialLocked }
        await modify(["Description": "c"]).refused(400, "InvalidFlowLog.InvalidStatus")
    }

    @Test func `deleting has the published errors`() async throws {
        let cloud = try await cloud()
        await cloud.call("DeleteFlowLog", ["FlowLogId": "fl-none"]).refused(404, "InvalidFlowLog.NotFound")
        let log = try await create(cloud).text("FlowLogId")
        await cloud.call("DeleteFlowLog", ["FlowLogId": log]).refused(409, "InvalidOperation.Conflict")
        try await cloud.settle()
        try await cloud.change(FlowLog.self, log) { $0.businessStatus = .financialLocked }
        await cloud.call("DeleteFlowLog", ["FlowLogId": log]).refused(400, "InvalidFlowLog.InvalidStatus")
    }

    @Test func `flow logs are found by every documented filter`() async throws {
        let cloud = try await cloud()
        let id = try await cloud.seedFlowLog(["Description": "d", "Tags.1.Key": "k", "Tags.1.Value": "v"])
        let row = try #require(try await cloud.find(FlowLog.self, id))
        let filters = [
            "FlowLogIds.1": id, "FlowLogName": "FlowLog-1", "Description": "d", "ResourceId": "vpc-1",
            "VpcId": "vpc-1", "LogProjectId": row.logProjectID.rawValue, "LogTopicId": row.logTopicID.rawValue,
            "ProjectName": "default", "TagFilters.1.Key": "k", "TagFilters.1.Values.1": "v",
            "ResourceType": "vpc", "TrafficType": "All", "AggregationInterval": "10", "Status": "Active",
        ]
        let others = ["ResourceType": "eni", "TrafficType": "Drop", "AggregationInterval": "5", "Status": "Pending"]
        _ = try await cloud.call("DescribeFlowLogs", filters).only("FlowLogs")
        for name in filters.keys {
            let changed = filters.merging([name: others[name] ?? "none"]) { $1 }
            let reply = await cloud.call("DescribeFlowLogs", changed).succeeded()
            #expect(reply.result?["FlowLogs"] == [], "\(name)")
        }
    }

    @Test func `another region has its own flow logs`() async throws {
        let cloud = try await cloud()
        let log = try await cloud.seedFlowLog()
        let elsewhere = await cloud.call("DescribeFlowLogs", region: "cn-shanghai").succeeded()
        #expect(elsewhere.result?["FlowLogs"] == [])
        await cloud.call("DeleteFlowLog", ["FlowLogId": log], region: "cn-shanghai").refused(
            404, "InvalidFlowLog.NotFound")
    }
}
