import ControlPlane
import Model
import Store
import Testing

/// What nobody has to make true is there when the call has answered; what a host must do, is on its way.
@Suite struct FirstStatusTests {
    /// The statuses of everything that was made, by kind; without a round of the settler.
    private func statuses(_ cloud: TestCloud) async throws -> [String: Set<Status>] {
        try await cloud.store.read { tx in
            var found: [String: Set<Status>] = [:]
            func add<R: Resource>(_ type: R.Type, _ status: (R) -> Status) throws {
                found[R.table] = Set(try tx.list(ListQuery<R>(), in: nil).items.map(status))
            }
            try add(Vpc.self, \.status)
            try add(Subnet.self, \.status)
            try add(SecurityGroup.self, \.status)
            try add(NetworkInterface.self, \.status)
            try add(NetworkACL.self, \.status)
            try add(LoadBalancer.self, \.status)
            try add(Listener.self, \.status)
            try add(TrafficMirrorTarget.self, \.status)
            try add(TrafficMirrorFilter.self, \.status)
            try add(TrafficMirrorFilterRule.self, \.status)
            try add(TrafficMirrorSession.self, \.status)
            try add(FlowLog.self, \.status)
            return found
        }
    }

    @Test func `without hosts and delay everything is settled at once, and the next call can use it`() async throws {
        let cloud = try TestCloud { $0.asyncDelayMilliseconds = 0 }
        func make(_ action: String, _ arguments: [String: String], _ id: String, _ service: String = "vpc") async throws
            -> String
        { try await cloud.call(action, arguments, service: service).text(id) }
        let vpc = try await make("CreateVpc", ["CidrBlock": "10.0.0.0/16"], "VpcId")
        let subnet = try await make(
            "CreateSubnet", ["VpcId": vpc, "CidrBlock": "10.0.1.0/24", "ZoneId": cloud.scope.region + "-a"], "SubnetId")
        _ = try await make("CreateSecurityGroup", ["VpcId": vpc], "SecurityGroupId")
        _ = try await make("CreateNetworkInterface", ["SubnetId": subnet], "NetworkInterfaceId")
        _ = try await make("CreateNetworkAcl", ["VpcId": vpc], "NetworkAclId")
        let balancer = try await make(
            "CreateLoadBalancer", ["RegionId": cloud.scope.region, "Type": "private", "SubnetId": subnet],
            "LoadBalancerId", "clb")
        let group = try await make("CreateServerGroup", ["LoadBalancerId": balancer], "ServerGroupId", "clb")
        for (port, enabled) in [("80", "on"), ("81", "off")] {
            _ = try await make(
                "CreateListener",
                [
                    "LoadBalancerId": balancer, "ServerGroupId": group, "Protocol": "UDP", "Port": port,
                    "Enabled": enabled,
                ], "ListenerId", "clb")
        }
        try await cloud.seedInterface("eni-source", instance: "i-source", number: 10)
        let target = try await make(
            "CreateTrafficMirrorTarget", ["InstanceType": "ClbInstance", "InstanceId": balancer],
            "TrafficMirrorTargetId")
        let filter = try await make("CreateTrafficMirrorFilter", [:], "TrafficMirrorFilterId")
        _ = try await make(
            "CreateTrafficMirrorFilterRule",
            [
                "TrafficMirrorFilterId": filter, "TrafficDirection": "ingress", "Priority": "1", "Policy": "accept",
                "Protocol": "all", "SourceCidrBlock": "0.0.0.0/0", "DestinationCidrBlock": "0.0.0.0/0",
            ], "TrafficMirrorFilterRuleId")
        _ = try await make(
            "CreateTrafficMirrorSession",
            [
                "NetworkInterfaceId": "eni-source", "TrafficMirrorTargetId": target, "TrafficMirrorFilterId": filter,
                "Priority": "1",
            ], "TrafficMirrorSessionId")
        let log = TestCloud.flowLog.merging(["ResourceId": vpc]) { _, new in new }
        let reply = await cloud.call("CreateFlowLog", log)
        _ = try reply.text("FlowLogId")
        let task = try reply.text("AsyncTaskId")

        #expect(
            try await statuses(cloud) == [
                "vpc": [.available], "subnet": [.available], "securityGroup": [.available],
                "networkInterface": [.available, .inUse], "networkACL": [.available], "loadBalancer": [.active],
                "listener": [.active, .disabled], "trafficMirrorTarget": [.available],
                "trafficMirrorFilter": [.available], "trafficMirrorFilterRule": [.available],
                "trafficMirrorSession": [.active], "flowLog": [.active],
            ])
        #expect(
            try await cloud.call("GetAsyncTaskStatus", ["AsyncTaskId": task]).text("AsyncTaskStatus") == "Succeeded")
        // Nothing is left for the settler.
        #expect(try await cloud.settler.settle() == 0)
    }

    @Test func `what a host must make true first is being created until it has`() async throws {
        let cloud = try TestCloud { $0.asyncDelayMilliseconds = 0 }
        try await cloud.seedHost("host-1")
        let seeded = try await cloud.seedMirroring(host: "host-1")
        _ = try await cloud.seedSession(seeded)
        _ = try await cloud.seedFlowLog()
        _ = try await cloud.call(
            "CreateTrafficMirrorFilterRule",
            [
                "TrafficMirrorFilterId": seeded.filter, "TrafficDirection": "ingress", "Priority": "1",
                "Policy": "accept", "Protocol": "all", "SourceCidrBlock": "0.0.0.0/0",
                "DestinationCidrBlock": "0.0.0.0/0",
            ]
        ).text("TrafficMirrorFilterRuleId")
        var found = try await statuses(cloud)
        #expect(
            found["trafficMirrorSession"] == [.creating] && found["flowLog"] == [.creating]
                && found["trafficMirrorFilterRule"] == [.creating])
        #expect(found["trafficMirrorTarget"] == [.available] && found["trafficMirrorFilter"] == [.available])
        let generation = try await cloud.generation()
        try await cloud.change(Host.self, "host-1") { $0.acknowledgedGeneration = generation }
        try await cloud.settle()
        found = try await statuses(cloud)
        #expect(
            found["trafficMirrorSession"] == [.active] && found["flowLog"] == [.active]
                && found["trafficMirrorFilterRule"] == [.available])
    }

    @Test func `with a delay everything is being created for that long`() async throws {
        let cloud = try TestCloud { $0.asyncDelayMilliseconds = 2000 }
        _ = try await cloud.call("CreateTrafficMirrorFilter").text("TrafficMirrorFilterId")
        #expect(try await statuses(cloud)["trafficMirrorFilter"] == [.creating])
        cloud.pass(milliseconds: 1000)
        try await cloud.settle()
        #expect(try await statuses(cloud)["trafficMirrorFilter"] == [.creating])
        cloud.pass(milliseconds: 1000)
        try await cloud.settle()
        #expect(try await statuses(cloud)["trafficMirrorFilter"] == [.available])
    }
}
