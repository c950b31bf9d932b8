import ControlPlane
import Model
import Store
import Testing

/// Every row of the published error table of CreateTrafficMirrorTarget.
@Suite struct CreateTrafficMirrorTargetTests {
    private let action = "CreateTrafficMirrorTarget"
    private let ofInterface = ["InstanceType": "NetworkInterface", "InstanceId": "eni-1"]

    private func cloud(_ change: (inout Settings) -> Void = { _ in }) async throws -> TestCloud {
        let cloud = try TestCloud(change)
        try await cloud.seedNetwork()
        try await cloud.seedInterface("eni-1")
        return cloud
    }

    private func refusal(_ more: [String: String]) async throws -> Reply {
        try await cloud().call(action, ofInterface.merging(more) { _, new in new })
    }

    @Test func `a ClientToken with other arguments is refused`() async throws {
        let cloud = try await cloud()
        try await cloud.seedInterface("eni-2", number: 11)
        await cloud.call(action, ofInterface.merging(["ClientToken": "t"]) { $1 }).succeeded()
        await cloud.call(
            action, ["InstanceType": "NetworkInterface", "InstanceId": "eni-2", "ClientToken": "t"]
        ).refused(
            400, "IdempotentParameterMismatch",
            "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).")
    }

    @Test func `a repeated ClientToken gives the first result under a new request ID`() async throws {
        let cloud = try await cloud()
        let arguments = ofInterface.merging(["ClientToken": "t"]) { $1 }
        let first = await cloud.call(action, arguments).succeeded()
        let second = await cloud.call(action, arguments).succeeded()
        #expect(try first.text("TrafficMirrorTargetId") == second.text("TrafficMirrorTargetId"))
        #expect(first.metadata?["RequestId"] != second.metadata?["RequestId"])
        #expect(try await cloud.store.read { try $0.count(ListQuery<TrafficMirrorTarget>(), in: nil) } == 1)
    }

    @Test func `a frozen CLB is no target`() async throws {
        let cloud = try await cloud()
        try await cloud.seedLoadBalancer("clb-1", frozen: true)
        await cloud.call(action, ["InstanceType": "ClbInstance", "InstanceId": "clb-1"]).refused(
            400, "InvalidClb.InvalidStatus",
            "The specified CLB is not in the correct status for the request. Current CLB has been frozen.")
    }

    @Test func `a description with other characters is refused`() async throws {
        try await refusal(["Description": "-starts with a hyphen"]).refused(
            400, "InvalidDescription.Malformed", "The specified description is malformed.")
    }

    @Test func `a description of 256 characters is refused`() async throws {
        try await refusal(["Description": String(repeating: "a", count: 256)]).refused(
            400, "InvalidDescription.Malformed",
            "The specified description is malformed. Ensure the maximum length of description is 255.")
    }

    @Test func `a detached ENI is refused`() async throws {
        let cloud = try await cloud()
        try await cloud.seedInterface("eni-2", instance: "", number: 11)
        await cloud.call(action, ["InstanceType": "NetworkInterface", "InstanceId": "eni-2"]).refused(
            400, "InvalidEni.InstanceMismatch",
            "The specified elastic network interface is not attached to the specified instance.")
    }

    @Test(arguments: [Status.creating, .attaching, .detaching, .deleting])
    func `an ENI in a transitional status is refused`(_ status: Status) async throws {
        let cloud = try await cloud()
        try await cloud.change(NetworkInterface.self, "eni-1") { $0.status = status }
        await cloud.call(action, ofInterface).refused(
            400, "InvalidEni.InvalidStatus",
            "The specified elastic network interface is not in the correct status for the request.")
    }

    @Test func `an unknown InstanceType is refused`() async throws {
        try await refusal(["InstanceType": "Ecs"]).refused(
            400, "InvalidInstanceType.Malformed", "The specified InstanceType is malformed.")
    }

    @Test func `a name with other characters is refused`() async throws {
        try await refusal(["TrafficMirrorTargetName": "a name"]).refused(
            400, "InvalidName.Malformed", "The specified name is malformed.")
    }

    @Test func `a name of 129 characters is refused`() async throws {
        try await refusal(["TrafficMirrorTargetName": String(repeating: "a", count: 129)]).refused(
            400, "InvalidName.Malformed",
            "The specified name is malformed. Ensure the maximum length of name is 128.")
    }

    @Test func `a service-managed ENI is refused`() async throws {
        let cloud = try await cloud()
        try await cloud.change(NetworkInterface.self, "eni-1") { $0.serviceManaged = true }
        await cloud.call(action, ofInterface).refused(
            400, "InvalidNetworkInterface.InvalidType",
            "The type of specified elastic network interface is illegal for the request.")
    }

    @Test(arguments: ["töken", String(repeating: "t", count: 65)])
    func `a malformed ClientToken is refused`(_ token: String) async throws {
        try await refusal(["ClientToken": token]).refused(
            400, "InvalidParameter.ClientTokenMalformed", "The specified parameter ClientToken is malformed.")
    }

    @Test func `the source of a session is no target`() async throws {
        let cloud = try TestCloud()
        let seeded = try await cloud.seedMirroring()
        _ = try await cloud.seedSession(seeded)
        await cloud.call(action, ["InstanceType": "NetworkInterface", "InstanceId": "eni-source"]).refused(
            400, "InvalidParameter.NetworkInterfaceId",
            "The network interface must not be the source and the target of traffic mirror sessions at the same time.")
    }

    @Test(arguments: [
        ["Tags.2.Key": "k"], ["Tags.1.Value": "v"], ["Tags.1.Key": "k", "Tags.3.Key": "l"], ["Tags.x.Key": "k"],
    ])
    func `tags that are not numbered from one are refused`(_ tags: [String: String]) async throws {
        try await refusal(tags).refused(
            400, "InvalidTag.Disorder", "The specified index order of tag is malformed.")
    }

    @Test(arguments: ["", "volc:k", "SYS:k", "a*b", String(repeating: "k", count: 129)])
    func `a malformed tag key is refused`(_ key: String) async throws {
        try await refusal(["Tags.1.Key": key]).refused(
            400, "InvalidTagKey.Malformed", "The specified parameter tag key is invalid.")
    }

    @Test(arguments: ["a*b", String(repeating: "v", count: 257)])
    func `a malformed tag value is refused`(_ value: String) async throws {
        try await refusal(["Tags.1.Key": "k", "Tags.1.Value": value]).refused(
            400, "InvalidTagValue.Malformed", "The specified parameter tag value is invalid.")
    }

    @Test func `51 tags are refused`() async throws {
        var tags: [String: String] = [:]
        for index in 1...51 { tags["Tags.\(index).Key"] = "k\(index)" }
        try await refusal(tags).refused(
            400, "LimitExceeded.Tags",
            "You've reached the limit on the number of tags that you can operate at one time.")
    }

    @Test func `more targets than the quota are refused`() async throws {
        let cloud = try await cloud { $0.quotas.trafficMirrorTargets = 1 }
        try await cloud.seedInterface("eni-2", number: 11)
        await cloud.call(action, ofInterface).succeeded()
        await cloud.call(action, ["InstanceType": "NetworkInterface", "InstanceId": "eni-2"]).refused(
            400, "QuotaExceeded.TrafficMirrorTarget",
            "You've reached the limit on the number of traffic mirror targets that you can create.")
    }

    @Test(arguments: [("NetworkInterface", "eni-none"), ("ClbInstance", "clb-none")])
    func `an unknown instance is not found`(_ type: String, _ id: String) async throws {
        try await refusal(["InstanceType": type, "InstanceId": id]).refused(
            404, "InvalidInstanceId.NotFound", "The specified instance does not exist.")
    }

    @Test func `an unknown project is not found`() async throws {
        try await refusal(["ProjectName": "none"]).refused(
            404, "InvalidProject.NotFound", "The specified Project does not exist.")
    }

    @Test func `a second target on one ENI is refused`() async throws {
        let cloud = try await cloud()
        await cloud.call(action, ofInterface).succeeded()
        await cloud.call(action, ofInterface).refused(
            409, "InvalidTrafficMirrorTarget.Conflict",
            "The specified traffic mirror target conflicts with that of another traffic mirror target.")
    }

    @Test func `a ClientToken still at work is refused`() async throws {
        let cloud = try await cloud { $0.holdTokenCallsMilliseconds = 20_000 }
        let arguments = ofInterface.merging(["ClientToken": "t"]) { $1 }
        async let one = cloud.call(action, arguments)
        async let other = cloud.call(action, arguments)
        let replies = await [one, other].sorted { $0.status < $1.status }
        replies[0].succeeded()
        replies[1].refused(
            412, "IdempotentProcessing",
            "The request uses the same client token as a previous one that is still in process.")
    }
}
