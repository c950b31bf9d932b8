import ControlPlane
import Model
import Store
import Testing

/// Listeners and server groups of a CLB: intent, with statuses that are true.
@Suite struct LoadBalancerListenerTests {
    private struct Balancer {
        let cloud: TestCloud
        let vpc: String
        let subnet: String
        let id: String
        let group: String

        init(_ change: (inout Settings) -> Void = { _ in }) async throws {
            cloud = try TestCloud(change)
            vpc = try await cloud.makeVpc()
            subnet = try await cloud.makeSubnet(vpc)
            id = try await cloud.makeLoadBalancer(subnet)
            group = try await cloud.call("CreateServerGroup", ["LoadBalancerId": id], service: "clb")
                .text("ServerGroupId")
        }

        func listen(_ more: [String: String], to balancer: String? = nil) async -> Reply {
            let arguments = ["LoadBalancerId": balancer ?? id, "ServerGroupId": group, "Protocol": "UDP"]
            return await cloud.call("CreateListener", arguments.merging(more) { _, new in new }, service: "clb")
        }

        func add(_ server: [String: String]) async -> Reply {
            let servers = Dictionary(uniqueKeysWithValues: server.map { ("Servers.1.\($0.key)", $0.value) })
            return await cloud.call(
                "AddServerGroupBackendServers", servers.merging(["ServerGroupId": group]) { old, _ in old },
                service: "clb")
        }
    }

    @Test func `no two listeners of a CLB take the same packets`() async throws {
        let balancer = try await Balancer()
        await balancer.listen(["Port": "4789"]).succeeded()
        await balancer.listen(["Port": "4789"]).refused(409, "InvalidListener.Conflict")
        await balancer.listen(["Port": "4789", "Protocol": "TCP"]).succeeded()
        await balancer.listen(["Port": "4789", "Protocol": "HTTP"]).refused(409, "InvalidListener.Conflict")
        await balancer.listen(["Port": "0", "StartPort": "4000", "EndPort": "5000"])
            .refused(409, "InvalidListener.Conflict")
        await balancer.listen(["Port": "0", "StartPort": "4790", "EndPort": "5000"]).succeeded()
        await balancer.listen(["Port": "5000"]).refused(409, "InvalidListener.Conflict")
        let other = try await balancer.cloud.makeLoadBalancer(balancer.subnet)
        await balancer.listen(["Port": "80"], to: other).refused(404, "InvalidServerGroup.NotFound")
    }

    @Test(arguments: [
        (["Port": "65536"], "InvalidParameter.Port"), (["Port": "0", "EndPort": "9"], "MissingParameter.StartPort"),
        (["Port": "0", "StartPort": "9"], "MissingParameter.EndPort"),
        (["Port": "0", "StartPort": "9", "EndPort": "8"], "InvalidParameter.EndPort"),
        (["Port": "0", "Protocol": "HTTP", "StartPort": "1", "EndPort": "2"], "InvalidParameter.Port"),
        (["Port": "1", "StartPort": "1"], "InvalidParameter.StartPort"),
        (["Port": "1", "EndPort": "1"], "InvalidParameter.EndPort"),
        (["Port": "1", "Protocol": "SCTP"], "InvalidParameter.Protocol"),
        (["Port": "1", "Protocol": "HTTPS"], "MissingParameter.CertificateId"),
        (["Port": "1", "Bandwidth": "0"], "InvalidParameter.Bandwidth"),
        (["Port": "1", "Enabled": "true"], "InvalidParameter.Enabled"),
        (["Port": "1", "AclStatus": "on"], "InvalidParameter.AclStatus"),
        (["Port": "1", "HealthCheck.Interval": "301"], "InvalidParameter.HealthCheck.Interval"),
        (["Port": "1", "ListenerName": "_"], "InvalidName.Malformed"),
    ])
    func `a listener that cannot be is refused`(_ arguments: [String: String], _ code: String) async throws {
        await (try await Balancer()).listen(arguments).refused(400, code)
    }

    @Test func `what a listener stands on must be there and in use`() async throws {
        let balancer = try await Balancer()
        await balancer.listen(["Port": "1"], to: "clb-none").refused(404, "InvalidLoadBalancer.NotFound")
        await balancer.listen(["Port": "1", "ServerGroupId": "rsp-none"]).refused(404, "InvalidServerGroup.NotFound")
        try await balancer.cloud.change(LoadBalancer.self, balancer.id) { $0.businessStatus = .financialLocked }
        await balancer.listen(["Port": "1"]).refused(400, "InvalidLoadBalancer.InvalidStatus")
        await balancer.add(["Type": "ecs", "InstanceId": "i-1", "Port": "1"])
            .refused(400, "InvalidLoadBalancer.InvalidStatus")
        await balancer.cloud.call("CreateServerGroup", ["LoadBalancerId": balancer.id], service: "clb")
            .refused(400, "InvalidLoadBalancer.InvalidStatus")
    }

    @Test func `a server is an instance, an ENI or an address of the VPC, once a port`() async throws {
        let balancer = try await Balancer()
        let cloud = balancer.cloud
        let interface = try await cloud.call(
            "CreateNetworkInterface", ["SubnetId": balancer.subnet, "PrimaryIpAddress": "10.0.1.77"]
        ).text("NetworkInterfaceId")
        try await cloud.settle()
        await cloud.call("AttachNetworkInterface", ["NetworkInterfaceId": interface, "InstanceId": "i-1"]).succeeded()
        await balancer.add(["Type": "ecs", "InstanceId": "i-1", "Port": "4789"]).succeeded()
        // The same address by another name is the same server.
        await balancer.add(["Type": "eni", "InstanceId": interface, "Port": "4789"])
            .refused(409, "InvalidServer.Conflict")
        await balancer.add(["Type": "eni", "InstanceId": interface, "Port": "4790"]).succeeded()
        await balancer.add(["Type": "ecs", "InstanceId": "i-none", "Port": "1"])
            .refused(404, "InvalidInstanceId.NotFound")
        await balancer.add(["Type": "eni", "InstanceId": "eni-none", "Port": "1"])
            .refused(404, "InvalidEniId.NotFound")
        await balancer.add(["Type": "ecs", "InstanceId": "i-1", "Port": "1", "Ip": "10.0.1.78"])
            .refused(400, "InvalidPrivateIp.Malformed")
        await balancer.add(["Type": "ecs", "InstanceId": "i-1"]).refused(400, "MissingParameter.Servers.1.Port")
        await balancer.add(["Type": "ip", "Ip": "10.0.1.1", "Port": "1"])
            .refused(400, "InvalidParameter.Servers.1.Type")
        await balancer.add(["InstanceId": "i-1", "Port": "1"]).refused(400, "MissingParameter.Servers.1.Type")
        await balancer.add(["Type": "ecs", "InstanceId": "i-1", "Port": "1", "Weight": "101"])
            .refused(400, "InvalidParameter.Servers.1.Weight")
        await balancer.add([:]).refused(400, "MissingParameter.Servers.1.Type")
        let servers = try await cloud.store.read { tx in try tx.list(ListQuery<BackendServer>(), in: nil) }
        #expect(servers.items.map(\.port) == [4790, 4789])
        #expect(servers.items.allSatisfy { $0.address.description == "10.0.1.77" && $0.weight == 100 })
        // An ENI that goes is a server no more.
        let loose = try await cloud.call("CreateNetworkInterface", ["SubnetId": balancer.subnet])
            .text("NetworkInterfaceId")
        await balancer.add(["Type": "eni", "InstanceId": loose, "Port": "1"]).succeeded()
        await cloud.call("DeleteNetworkInterface", ["NetworkInterfaceId": loose]).succeeded()
        let left = try await cloud.store.read { tx in try tx.count(ListQuery<BackendServer>(), in: nil) }
        #expect(left == 2)
        // Nothing else of the account's networks is one: an ENI of another VPC is not there.
        let far = try await cloud.makeSubnet(cloud.makeVpc())
        let outside = try await cloud.call("CreateNetworkInterface", ["SubnetId": far]).text("NetworkInterfaceId")
        await balancer.add(["Type": "eni", "InstanceId": outside, "Port": "1"])
            .refused(404, "InvalidEniId.NotFound")
    }

    @Test func `quotas hold, and a CLB takes its parts along`() async throws {
        let balancer = try await Balancer {
            $0.quotas.listenersPerLoadBalancer = 1
            $0.quotas.serverGroupsPerLoadBalancer = 1
            $0.quotas.serversPerServerGroup = 1
        }
        let cloud = balancer.cloud
        await balancer.listen(["Port": "1"]).succeeded()
        await balancer.listen(["Port": "2"]).refused(400, "QuotaExceeded.Listener")
        await cloud.call("CreateServerGroup", ["LoadBalancerId": balancer.id], service: "clb")
            .refused(400, "QuotaExceeded.ServerGroup")
        let interface = try await cloud.call("CreateNetworkInterface", ["SubnetId": balancer.subnet])
            .text("NetworkInterfaceId")
        await balancer.add(["Type": "eni", "InstanceId": interface, "Port": "1"]).succeeded()
        await balancer.add(["Type": "eni", "InstanceId": interface, "Port": "2"])
            .refused(400, "QuotaExceeded.Server")
        await cloud.call("DeleteLoadBalancer", ["LoadBalancerId": balancer.id], service: "clb").succeeded()
        try await cloud.settle()
        let left = try await cloud.store.read { tx in
            try tx.count(ListQuery<Listener>(), in: nil) + tx.count(ListQuery<ServerGroup>(), in: nil)
                + tx.count(ListQuery<BackendServer>(), in: nil)
        }
        #expect(left == 0)
    }
}
