import ControlPlane
import Model
import Testing

@Suite struct TrafficMirrorSessionTests {
    private typealias Seeded = (target: String, filter: String)

    private func create(_ cloud: TestCloud, _ seeded: Seeded, _ more: [String: String?] = [:]) async -> Reply {
        var arguments = [
            "NetworkInterfaceId": "eni-source", "TrafficMirrorTargetId": seeded.target,
            "TrafficMirrorFilterId": seeded.filter, "Priority": "1",
        ]
        for (name, value) in more { arguments[name] = value }
        return await cloud.call("CreateTrafficMirrorSession", arguments)
    }

    private func modify(_ cloud: TestCloud, _ session: String, _ arguments: [String: String]) async -> Reply {
        await cloud.call(
            "ModifyTrafficMirrorSessionAttributes", arguments.merging(["TrafficMirrorSessionId": session]) { $1 })
    }

    @Test func `a session is created, becomes active, is shown, changes and goes`() async throws {
        let cloud = try TestCloud()
        let seeded = try await cloud.seedMirroring()
        let id = try await create(
            cloud, seeded,
            [
                "VirtualNetworkId": "2", "PacketLength": "1450", "TrafficMirrorSessionName": "TM_Session_1",
                "Tags.1.Key": "k", "Tags.1.Value": "v",
            ]
        ).succeeded().text("TrafficMirrorSessionId")
        #expect(id.hasPrefix("tms-"))
        #expect(try await cloud.find(TrafficMirrorSession.self, id)?.status == .creating)
        await modify(cloud, id, ["Priority": "2"]).refused(400, "InvalidTrafficMirrorSession.InvalidStatus")
        await cloud.call("DeleteTrafficMirrorSession", ["TrafficMirrorSessionId": id]).refused(
            400, "InvalidTrafficMirrorSession.InvalidStatus",
            "The specified traffic mirror session is not in the correct status for the request.")
        try await cloud.settle()
        let shown = await cloud.call("DescribeTrafficMirrorSessions").succeeded()
        #expect(
            shown.result == [
                "RequestId": try #require(shown.metadata?["RequestId"]), "NextToken": "",
                "TrafficMirrorSessions": [
                    [
                        "TrafficMirrorSessionId": "\(id)", "TrafficMirrorSessionName": "TM_Session_1",
                        "Description": "", "TrafficMirrorSourceIds": ["eni-source"],
                        "TrafficMirrorTargetId": "\(seeded.target)", "TrafficMirrorFilterId": "\(seeded.filter)",
                        "VirtualNetworkId": 2, "PacketLength": 1450, "Priority": 1, "Status": "Active",
                        "BusinessStatus": "Normal", "LockReason": "", "ProjectName": "default",
                        "Tags": [["Key": "k", "Value": "v"]], "CreatedAt": "\(TestCloud.startText)",
                        "UpdatedAt": "\(TestCloud.startText)",
                    ]
                ],
            ])

        let other = try await cloud.call("CreateTrafficMirrorFilter").text("TrafficMirrorFilterId")
        try await cloud.settle()
        await modify(
            cloud, id,
            [
                "Priority": "32766", "VirtualNetworkId": "0", "PacketLength": "9600", "TrafficMirrorFilterId": other,
                "TrafficMirrorSessionName": "n", "Description": "d",
            ]
        ).succeeded()
        let row = try #require(try await cloud.find(TrafficMirrorSession.self, id))
        #expect(row.status == .pending)
        #expect(row.priority == 32766 && row.virtualNetworkID == 0 && row.packetLength == 9600)
        #expect(row.filterID.rawValue == other && row.name == "n" && row.description == "d")
        #expect(row.targetID.rawValue == seeded.target)
        try await cloud.settle()
        #expect(try await cloud.find(TrafficMirrorSession.self, id)?.status == .active)

        await cloud.call("DeleteTrafficMirrorSession", ["TrafficMirrorSessionId": id]).succeeded()
        #expect(try await cloud.find(TrafficMirrorSession.self, id)?.status == .deleting)
        try await cloud.settle()
        #expect(await cloud.call("DescribeTrafficMirrorSessions").result?["TrafficMirrorSessions"] == [])
    }

    @Test func `the VNI is random and never 0, the length 1500, the name the ID`() async throws {
        let cloud = try TestCloud { $0.quotas.trafficMirrorSessionsPerInterface = 100 }
        let seeded = try await cloud.seedMirroring()
        var numbers: Set<Int> = []
        for priority in 1...20 {
            let id = try await create(cloud, seeded, ["Priority": "\(priority)"]).text("TrafficMirrorSessionId")
            let row = try #require(try await cloud.find(TrafficMirrorSession.self, id))
            #expect((1...0xff_ffff).contains(row.virtualNetworkID))
            #expect(row.packetLength == 1500)
            #expect(row.name == id)
            numbers.insert(row.virtualNetworkID)
        }
        #expect(numbers.count > 15)
    }

    @Test(
        arguments: [
            (["Priority": "0"], 400, "InvalidPriority.Malformed"),
            (["Priority": "32767"], 400, "InvalidPriority.Malformed"),
            (["Priority": nil], 400, "MissingParameter.Priority"),
            (["NetworkInterfaceId": nil], 400, "MissingParameter.NetworkInterfaceId"),
            (["TrafficMirrorTargetId": ""], 400, "MissingParameter.TrafficMirrorTargetId"),
            (["PacketLength": "63"], 400, "InvalidPacketLength.Malformed"),
            (["PacketLength": "9601"], 400, "InvalidPacketLength.Malformed"),
            (["VirtualNetworkId": "16777216"], 400, "InvalidVirtualNetworkId.Malformed"),
            (["VirtualNetworkId": "-1"], 400, "InvalidVirtualNetworkId.Malformed"),
            (["TrafficMirrorSessionName": "_a"], 400, "InvalidName.Malformed"),
            (["Description": "!"], 400, "InvalidDescription.Malformed"),
            (["Tags.2.Key": "k"], 400, "InvalidTag.Disorder"),
            (["Tags.1.Key": "sys:k"], 400, "InvalidTagKey.Malformed"),
            (["Tags.1.Key": "k", "Tags.1.Value": "?"], 400, "InvalidTagValue.Malformed"),
            (["ClientToken": "ü"], 400, "InvalidParameter.ClientTokenMalformed"),
            (["ProjectName": "none"], 404, "InvalidProject.NotFound"),
            (["NetworkInterfaceId": "eni-none"], 404, "InvalidEniId.NotFound"),
            (["TrafficMirrorTargetId": "tmt-none"], 404, "InvalidTrafficMirrorTarget.NotFound"),
            (["TrafficMirrorFilterId": "tmf-none"], 404, "InvalidTrafficMirrorFilter.NotFound"),
        ] as [([String: String?], Int, String)])
    func `bad arguments are refused`(_ change: [String: String?], _ status: Int, _ code: String) async throws {
        let cloud = try TestCloud()
        let seeded = try await cloud.seedMirroring()
        await create(cloud, seeded, change).refused(status, code)
    }

    @Test func `a source must be attached, at rest, a user's own and of an instance that can mirror`() async throws {
        let cloud = try TestCloud()
        let seeded = try await cloud.seedMirroring()
        try await cloud.seedInterface("eni-detached", instance: "", number: 20)
        await create(cloud, seeded, ["NetworkInterfaceId": "eni-detached"]).refused(
            400, "InvalidEni.InstanceMismatch",
            "The specified elastic network interface is not attached to the specified instance.")
        try await cloud.seedInterface("eni-moving", number: 21) { $0.status = .attaching }
        await create(cloud, seeded, ["NetworkInterfaceId": "eni-moving"]).refused(
            400, "InvalidEni.InvalidStatus",
            "The specified elastic network interface is not in the correct status for the request.")
        try await cloud.seedInterface("eni-service", number: 22) { $0.serviceManaged = true }
        await create(cloud, seeded, ["NetworkInterfaceId": "eni-service"]).refused(
            400, "InvalidNetworkInterface.InvalidType",
            "The type of specified elastic network interface is illegal for the request.")
        try await cloud.seedInterface("eni-old", instance: "i-old", instanceType: "ecs.g4i.large", number: 23)
        await create(cloud, seeded, ["NetworkInterfaceId": "eni-old"]).refused(
            400, "InvalidInstanceSpecification.Malformed")
    }

    @Test func `an ENI is never source and target at the same time`() async throws {
        let cloud = try TestCloud()
        let seeded = try await cloud.seedMirroring()
        await create(cloud, seeded, ["NetworkInterfaceId": "eni-target"]).refused(
            400, "InvalidParameter.NetworkInterfaceId",
            "The network interface must not be the source and the target of traffic mirror sessions at the same time.")
        // The ENI of the CLB that is the target.
        try await cloud.seedLoadBalancer("clb-1", networkInterfaceID: "eni-source")
        let balancer = try await cloud.call(
            "CreateTrafficMirrorTarget", ["InstanceType": "ClbInstance", "InstanceId": "clb-1"]
        ).text("TrafficMirrorTargetId")
        try await cloud.settle()
        await create(cloud, (balancer, seeded.filter)).refused(400, "InvalidParameter.NetworkInterfaceId")
        // Nor with another target, while that one stands: the CLB's copies would be copied on.
        await create(cloud, seeded).refused(400, "InvalidParameter.NetworkInterfaceId")
        await cloud.call("DeleteTrafficMirrorTarget", ["TrafficMirrorTargetId": balancer]).succeeded()
        try await cloud.settle()
        let session = try await cloud.seedSession(seeded)
        await cloud.call(
            "CreateTrafficMirrorTarget", ["InstanceType": "ClbInstance", "InstanceId": "clb-1"]
        ).refused(400, "InvalidParameter.NetworkInterfaceId")
        await cloud.call(
            "CreateTrafficMirrorTarget", ["InstanceType": "NetworkInterface", "InstanceId": "eni-source"]
        ).refused(400, "InvalidParameter.NetworkInterfaceId")
        // Also when the target is changed later.
        try await cloud.change(TrafficMirrorTarget.self, seeded.target) { $0.instanceID = "eni-source" }
        await modify(cloud, session, ["TrafficMirrorTargetId": seeded.target]).refused(
            400, "InvalidParameter.NetworkInterfaceId")
    }

    @Test func `copies never go to an address of their source`() async throws {
        let cloud = try TestCloud()
        let seeded = try await cloud.seedMirroring()
        // Adopted on another host, with the same address.
        try await cloud.seedInterface("eni-twin", instance: "i-twin", number: 10)
        let twin = try await cloud.call(
            "CreateTrafficMirrorTarget", ["InstanceType": "NetworkInterface", "InstanceId": "eni-twin"]
        ).text("TrafficMirrorTargetId")
        try await cloud.settle()
        await create(cloud, (twin, seeded.filter)).refused(400, "InvalidParameter.NetworkInterfaceId")
        let session = try await cloud.seedSession(seeded)
        await modify(cloud, session, ["TrafficMirrorTargetId": twin]).refused(
            400, "InvalidParameter.NetworkInterfaceId")
        let secondary = try #require(IPv4Address("10.0.0.12"))
        try await cloud.seedInterface("eni-2", instance: "i-2", number: 20) { $0.secondaryAddresses = [secondary] }
        try await cloud.seedInterface("eni-3", instance: "i-3", number: 12)
        let third = try await cloud.call(
            "CreateTrafficMirrorTarget", ["InstanceType": "NetworkInterface", "InstanceId": "eni-3"]
        ).text("TrafficMirrorTargetId")
        try await cloud.settle()
        await create(cloud, (third, seeded.filter), ["NetworkInterfaceId": "eni-2", "Priority": "2"]).refused(
            400, "InvalidParameter.NetworkInterfaceId")
    }

    @Test func `no session goes on from another's target, so that there is no ring`() async throws {
        let cloud = try TestCloud()
        let seeded = try await cloud.seedMirroring()
        _ = try await cloud.seedSession(seeded)
        try await cloud.seedInterface("eni-third", instance: "i-third", number: 12)
        let third = try await cloud.call(
            "CreateTrafficMirrorTarget", ["InstanceType": "NetworkInterface", "InstanceId": "eni-third"]
        ).text("TrafficMirrorTargetId")
        try await cloud.settle()
        await create(cloud, (third, seeded.filter), ["NetworkInterfaceId": "eni-target", "Priority": "2"]).refused(
            400, "InvalidParameter.NetworkInterfaceId")
        await create(cloud, (third, seeded.filter), ["NetworkInterfaceId": "eni-third", "Priority": "2"]).refused(
            400, "InvalidParameter.NetworkInterfaceId")
    }

    @Test func `target and filter must be at rest`() async throws {
        let cloud = try TestCloud()
        let seeded = try await cloud.seedMirroring()
        let session = try await cloud.seedSession(seeded)
        try await cloud.change(TrafficMirrorTarget.self, seeded.target) { $0.status = .deleting }
        await create(cloud, seeded, ["Priority": "2"]).refused(400, "InvalidTrafficMirrorTarget.InvalidStatus")
        await modify(cloud, session, ["TrafficMirrorTargetId": seeded.target]).refused(
            400, "InvalidTrafficMirrorTarget.InvalidStatus")
        try await cloud.change(TrafficMirrorTarget.self, seeded.target) { $0.status = .available }
        try await cloud.change(TrafficMirrorFilter.self, seeded.filter) { $0.status = .creating }
        await create(cloud, seeded, ["Priority": "2"]).refused(400, "InvalidTrafficMirrorFilter.InvalidStatus")
        await modify(cloud, session, ["TrafficMirrorFilterId": seeded.filter]).refused(
            400, "InvalidTrafficMirrorFilter.InvalidStatus")
    }

    @Test func `a priority is unique in account and region, and a deleted session frees its priority`() async throws {
        let cloud = try TestCloud()
        let seeded = try await cloud.seedMirroring()
        let session = try await cloud.seedSession(seeded)
        try await cloud.seedInterface("eni-2", instance: "i-2", number: 12)
        await create(cloud, seeded, ["NetworkInterfaceId": "eni-2"]).refused(
            409, "InvalidPriority.Conflict",
            "The specified priority conflicts with that of another traffic mirror session.")
        let second = try await create(cloud, seeded, ["NetworkInterfaceId": "eni-2", "Priority": "2"])
            .text("TrafficMirrorSessionId")
        try await cloud.settle()
        await modify(cloud, second, ["Priority": "1"]).refused(409, "InvalidPriority.Conflict")
        await modify(cloud, second, ["Priority": "2"]).succeeded()
        try await cloud.settle()
        await cloud.call("DeleteTrafficMirrorSession", ["TrafficMirrorSessionId": session]).succeeded()
        try await cloud.settle()
        await modify(cloud, second, ["Priority": "1"]).succeeded()
    }

    @Test func `sessions are limited in all and for one source`() async throws {
        let cloud = try TestCloud {
            $0.quotas.trafficMirrorSessions = 3
            $0.quotas.trafficMirrorSessionsPerInterface = 2
        }
        let seeded = try await cloud.seedMirroring()
        try await cloud.seedInterface("eni-2", instance: "i-2", number: 12)
        for priority in ["1", "2"] { await create(cloud, seeded, ["Priority": priority]).succeeded() }
        await create(cloud, seeded, ["Priority": "3"]).refused(400, "QuotaExceeded.TrafficMirrorSession")
        await create(cloud, seeded, ["Priority": "3", "NetworkInterfaceId": "eni-2"]).succeeded()
        await create(cloud, seeded, ["Priority": "4", "NetworkInterfaceId": "eni-2"]).refused(
            400, "QuotaExceeded.TrafficMirrorSession",
            "You've reached the limit on the number of traffic mirror sessions that you can create.")
    }

    @Test func `a frozen session is neither modified nor deleted`() async throws {
        let cloud = try TestCloud()
        let seeded = try await cloud.seedMirroring()
        let session = try await cloud.seedSession(seeded)
        await cloud.call(
            "SetBusinessStatus", ["ResourceId": session, "BusinessStatus": "FinancialLocked"], service: "weir"
        ).succeeded()
        await modify(cloud, session, ["Priority": "2"]).refused(400, "InvalidTrafficMirrorSession.InvalidStatus")
        await cloud.call("DeleteTrafficMirrorSession", ["TrafficMirrorSessionId": session]).refused(
            400, "InvalidTrafficMirrorSession.InvalidStatus")
        let shown = try await cloud.call("DescribeTrafficMirrorSessions").only("TrafficMirrorSessions")
        #expect(shown["BusinessStatus"] == "FinancialLocked")
        #expect(shown["LockReason"] == "financial")
    }

    @Test func `an unknown session is not found`() async throws {
        let cloud = try TestCloud()
        await modify(cloud, "tms-none", [:]).refused(
            404, "InvalidTrafficMirrorSession.NotFound", "The specified traffic mirror session does not exist.")
        await cloud.call("DeleteTrafficMirrorSession", ["TrafficMirrorSessionId": "tms-none"]).refused(
            404, "InvalidTrafficMirrorSession.NotFound")
    }

    @Test func `sessions are found by every documented filter`() async throws {
        let cloud = try TestCloud()
        let seeded = try await cloud.seedMirroring()
        let session = try await cloud.seedSession(
            seeded,
            ["VirtualNetworkId": "7", "PacketLength": "128", "TrafficMirrorSessionName": "s", "Tags.1.Key": "k"])
        let filters = [
            "TrafficMirrorSessionIds.1": session, "TrafficMirrorSessionNames.1": "s",
            "NetworkInterfaceId": "eni-source", "TrafficMirrorTargetId": seeded.target,
            "TrafficMirrorFilterId": seeded.filter, "Priority": "1", "VirtualNetworkId": "7", "PacketLength": "128",
            "ProjectName": "default", "TagFilters.1.Key": "k",
        ]
        _ = try await cloud.call("DescribeTrafficMirrorSessions", filters).only("TrafficMirrorSessions")
        for name in filters.keys {
            var other = filters
            other[name] = Int(filters[name] ?? "") == nil ? "none" : "99"
            let reply = await cloud.call("DescribeTrafficMirrorSessions", other).succeeded()
            #expect(reply.result?["TrafficMirrorSessions"] == [], "\(name)")
        }
    }
}
