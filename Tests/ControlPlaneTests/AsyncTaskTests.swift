import Model
import Testing

/// What `GetAsyncTaskStatus` says is how far the change is.
@Suite struct AsyncTaskTests {
    private func status(_ cloud: TestCloud, _ task: String) async throws -> String {
        let reply = await cloud.call("GetAsyncTaskStatus", ["AsyncTaskId": task]).succeeded()
        #expect(try reply.text("AsyncTaskId") == task)
        return try reply.text("AsyncTaskStatus")
    }

    @Test func `a change is Processing until it has settled, then Succeeded, whatever comes later`() async throws {
        let cloud = try TestCloud()
        let made = await cloud.call("CreateTrafficMirrorFilter").succeeded()
        let filter = try made.text("TrafficMirrorFilterId")
        let creation = try made.text("AsyncTaskId")
        #expect(try await status(cloud, creation) == "Processing")
        // A tag changes the filter's time, and not how far it is.
        cloud.pass(seconds: 1)
        await cloud.call(
            "TagResources",
            ["ResourceType": "trafficmirrorfilter", "ResourceIds.1": filter, "Tags.1.Key": "k"]
        ).succeeded()
        #expect(try await status(cloud, creation) == "Processing")
        try await cloud.settle()
        #expect(try await status(cloud, creation) == "Succeeded")

        let deletion = try await cloud.call("DeleteTrafficMirrorFilter", ["TrafficMirrorFilterId": filter])
            .text("AsyncTaskId")
        #expect(try await status(cloud, deletion) == "Processing")
        #expect(try await status(cloud, creation) == "Succeeded")
        try await cloud.settle()
        #expect(try await status(cloud, deletion) == "Succeeded")
        #expect(try await status(cloud, creation) == "Succeeded")
    }

    @Test func `of two changes of one resource each has its own end`() async throws {
        let cloud = try TestCloud()
        let subnet = try await cloud.makeSubnet(cloud.makeVpc())
        let interface = try await cloud.call("CreateNetworkInterface", ["SubnetId": subnet])
            .text("NetworkInterfaceId")
        try await cloud.settle()
        let arguments = ["NetworkInterfaceId": interface, "InstanceId": "i-1"]
        let attaching = try await cloud.call("AttachNetworkInterface", arguments).text("AsyncTaskId")
        #expect(try await status(cloud, attaching) == "Processing")
        // What is done when it is answered is not kept waiting by what is under way.
        let renaming = try await cloud.call(
            "ModifyNetworkInterfaceAttributes", ["NetworkInterfaceId": interface, "Description": "new"]
        ).text("AsyncTaskId")
        #expect(try await status(cloud, renaming) == "Succeeded")
        try await cloud.settle()
        #expect(try await status(cloud, attaching) == "Succeeded")
        let detaching = try await cloud.call("DetachNetworkInterface", arguments).text("AsyncTaskId")
        #expect(try await status(cloud, attaching) == "Succeeded")
        #expect(try await status(cloud, detaching) == "Processing")
    }

    @Test func `a change that a host could not make is Failed for as long as it is not made`() async throws {
        let cloud = try TestCloud()
        let vpc = try await cloud.makeVpc()
        let made = await cloud.call(
            "CreateFlowLog",
            [
                "FlowLogName": "l", "ResourceType": "vpc", "ResourceId": vpc, "TrafficType": "All",
                "LogProjectName": "project", "LogTopicName": "topic",
            ])
        let task = try made.text("AsyncTaskId")
        let log = try made.text("FlowLogId")
        try await cloud.change(FlowLog.self, log) {
            $0.status = .failed
            $0.failure = "no such device"
        }
        #expect(try await status(cloud, task) == "Failed")
        try await cloud.change(FlowLog.self, log) { $0.status = .active }
        #expect(try await status(cloud, task) == "Succeeded")
    }

    @Test func `a repeated call is the same task`() async throws {
        let cloud = try TestCloud()
        let first = await cloud.call("CreateVpc", ["CidrBlock": "10.0.0.0/8", "ClientToken": "t"])
        let second = await cloud.call("CreateVpc", ["CidrBlock": "10.0.0.0/8", "ClientToken": "t"])
        #expect(try first.text("AsyncTaskId") == second.text("AsyncTaskId"))
    }

    @Test func `an ID that was never given is not found, nor one of another region`() async throws {
        let cloud = try TestCloud()
        let task = try await cloud.call("CreateVpc", ["CidrBlock": "10.0.0.0/8"]).text("AsyncTaskId")
        let invented = "task-vpc-none-d1-0123456789abcdef"
        let changed = task.replacing("-c", with: "-d", maxReplacements: 1)
        for id in [invented, changed, task + "0", "task", "", "-", "task----", String(repeating: "-", count: 200)] {
            let reply = await cloud.call("GetAsyncTaskStatus", ["AsyncTaskId": id])
            id.isEmpty
                ? reply.refused(400, "MissingParameter.AsyncTaskId")
                : reply.refused(404, "InvalidAsyncTaskId.NotFound", "The specified asynchronous task does not exist.")
        }
        await cloud.call("GetAsyncTaskStatus", ["AsyncTaskId": task], region: "cn-shanghai")
            .refused(404, "InvalidAsyncTaskId.NotFound")
    }
}
