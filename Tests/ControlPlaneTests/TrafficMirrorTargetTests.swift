import Model
import Testing

/// Targets: what is answered when all is well, and what changing and deleting refuse.
@Suite struct TrafficMirrorTargetTests {
    @Test func `a target is created, settles, is shown and goes`() async throws {
        let cloud = try TestCloud()
        try await cloud.seedNetwork()
        try await cloud.seedLoadBalancer("clb-1")
        let created = await cloud.call(
            "CreateTrafficMirrorTarget",
            [
                "InstanceType": "ClbInstance", "InstanceId": "clb-1", "TrafficMirrorTargetName": "TM_Target_1",
                "Description": "first，one。", "Tags.1.Key": " team ", "Tags.1.Value": "net ops",
            ]
        ).succeeded()
        let id = try created.text("TrafficMirrorTargetId")
        #expect(id.hasPrefix("tmt-") && id.count == 29)
        #expect(
            created.json == [
                "ResponseMetadata": [
                    "RequestId": try #require(created.metadata?["RequestId"]), "Action": "CreateTrafficMirrorTarget",
                    "Version": "2020-04-01", "Service": "vpc", "Region": "cn-beijing",
                ],
                "Result": [
                    "RequestId": try #require(created.metadata?["RequestId"]), "TrafficMirrorTargetId": "\(id)",
                    "AsyncTaskId": .text(try created.text("AsyncTaskId")),
                ],
            ])
        let creating = try await cloud.call("DescribeTrafficMirrorTargets").only("TrafficMirrorTargets")
        #expect(creating["Status"] == "Creating")
        await cloud.call("DeleteTrafficMirrorTarget", ["TrafficMirrorTargetId": id]).refused(
            400, "InvalidTrafficMirrorTarget.InvalidStatus",
            "The specified traffic mirror target is not in the correct status for the request.")
        try await cloud.settle()
        let shown = await cloud.call("DescribeTrafficMirrorTargets", ["TrafficMirrorTargetIds.1": id]).succeeded()
        #expect(
            shown.result == [
                "RequestId": try #require(shown.metadata?["RequestId"]), "NextToken": "",
                "TrafficMirrorTargets": [
                    [
                        "TrafficMirrorTargetId": "\(id)", "TrafficMirrorTargetName": "TM_Target_1",
                        "Description": "first，one。", "InstanceType": "ClbInstance", "InstanceId": "clb-1",
                        "Status": "Available", "ProjectName": "default",
                        "Tags": [["Key": "team", "Value": "net ops"]], "CreatedAt": "\(TestCloud.startText)",
                        "UpdatedAt": "\(TestCloud.startText)",
                    ]
                ],
            ])
        await cloud.call("DeleteTrafficMirrorTarget", ["TrafficMirrorTargetId": id]).succeeded()
        #expect(
            try await cloud.call("DescribeTrafficMirrorTargets").only("TrafficMirrorTargets")["Status"] == "Deleting")
        try await cloud.settle()
        let gone = await cloud.call("DescribeTrafficMirrorTargets", ["TrafficMirrorTargetIds.1": id]).succeeded()
        #expect(gone.result?["TrafficMirrorTargets"] == [])
    }

    @Test func `modifying is done when it answers and moves UpdatedAt`() async throws {
        let cloud = try TestCloud()
        let target = try await cloud.seedMirroring().target
        cloud.pass(seconds: 61)
        await cloud.call(
            "ModifyTrafficMirrorTargetAttributes",
            ["TrafficMirrorTargetId": target, "TrafficMirrorTargetName": "名字-1", "Description": ""]
        ).succeeded()
        let shown = try await cloud.call("DescribeTrafficMirrorTargets").only("TrafficMirrorTargets")
        #expect(shown["TrafficMirrorTargetName"] == "名字-1")
        #expect(shown["Status"] == "Available")
        #expect(shown["UpdatedAt"] == "2024-01-15T16:31:01+08:00")
        #expect(shown["CreatedAt"] == "\(TestCloud.startText)")
    }

    @Test func `a target that a session uses cannot be deleted`() async throws {
        let cloud = try TestCloud()
        let seeded = try await cloud.seedMirroring()
        _ = try await cloud.seedSession(seeded)
        await cloud.call("DeleteTrafficMirrorTarget", ["TrafficMirrorTargetId": seeded.target]).refused(
            409, "InvalidTrafficMirrorTarget.InUse", "The specified traffic mirror target is in use.")
    }

    @Test func `an unknown target is not found, also another account's`() async throws {
        let cloud = try TestCloud()
        let target = try await cloud.seedMirroring().target
        try await cloud.change(TrafficMirrorTarget.self, target) { $0.accountID = "other" }
        for action in ["ModifyTrafficMirrorTargetAttributes", "DeleteTrafficMirrorTarget"] {
            for id in [target, "tmt-none"] {
                await cloud.call(action, ["TrafficMirrorTargetId": id]).refused(
                    404, "InvalidTrafficMirrorTarget.NotFound",
                    "The specified traffic mirror target does not exist.")
            }
            await cloud.call(action).refused(400, "MissingParameter.TrafficMirrorTargetId")
        }
        #expect(await cloud.call("DescribeTrafficMirrorTargets").result?["TrafficMirrorTargets"] == [])
    }
}
