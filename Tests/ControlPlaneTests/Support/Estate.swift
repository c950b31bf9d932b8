import ControlPlane
import Model
import Testing

/// One of everything, made in the root account by the API, with a word in every name that nobody else uses.
struct Estate {
    let vpc: String
    let subnet: String
    let interface: String
    let receiver: String
    let group: String
    let acl: String
    let target: String
    let filter: String
    let rule: String
    let session: String
    let log: String
    let balancer: String
    let servers: String
    let task: String
    let project = "zebraproject"
    let instance = "i-zebra"
    let host = "host-zebra"

    init(_ cloud: TestCloud) async throws {
        let word = AccountIsolationTests.marker
        let tags = ["Tags.1.Key": "\(word)key", "Tags.1.Value": word]
        vpc = try await cloud.makeVpc("10.0.0.0/16", tags.merging(["VpcName": word]) { $1 })
        subnet = try await cloud.makeSubnet(vpc, "10.0.1.0/24", ["SubnetName": word])
        group = try await cloud.makeGroup(vpc, ["SecurityGroupName": word])
        interface = try await cloud.makeInterface(
            subnet, instance: instance, ["NetworkInterfaceName": word, "SecurityGroupIds.1": group])
        receiver = try await cloud.makeInterface(subnet, instance: "i-zebra2", ["NetworkInterfaceName": word])
        acl = try await cloud.call("CreateNetworkAcl", ["VpcId": vpc, "NetworkAclName": word]).text("NetworkAclId")
        try await cloud.settle()
        await cloud.call(
            "AssociateNetworkAcl",
            ["NetworkAclId": acl, "Resource.1.ResourceId": subnet, "Resource.1.ResourceType": "subnet"]
        ).succeeded()
        target = try await cloud.call(
            "CreateTrafficMirrorTarget",
            ["InstanceType": "NetworkInterface", "InstanceId": receiver, "TrafficMirrorTargetName": word]
        ).text("TrafficMirrorTargetId")
        filter = try await cloud.call("CreateTrafficMirrorFilter", ["TrafficMirrorFilterName": word])
            .text("TrafficMirrorFilterId")
        try await cloud.settle()
        rule = try await cloud.call("CreateTrafficMirrorFilterRule", Self.rule(filter))
            .text("TrafficMirrorFilterRuleId")
        try await cloud.settle()
        session = try await cloud.seedSession((target, filter), ["NetworkInterfaceId": interface, "Priority": "7"])
        log = try await cloud.seedFlowLog(["ResourceId": vpc, "FlowLogName": word])
        balancer = try await cloud.makeLoadBalancer(subnet, ["LoadBalancerName": word])
        servers = try await cloud.call("CreateServerGroup", ["LoadBalancerId": balancer], service: "clb")
            .text("ServerGroupId")
        await cloud.call(
            "CreateListener",
            [
                "LoadBalancerId": balancer, "ServerGroupId": servers, "Protocol": "TCP", "Port": "80",
                "ListenerName": word,
            ], service: "clb"
        ).succeeded()
        try await cloud.settle()
        await cloud.call("CreateProject", ["ProjectName": project], service: "iam").succeeded()
        task = try await cloud.call("ModifyVpcAttributes", ["VpcId": vpc, "VpcName": word]).text("AsyncTaskId")
        try await cloud.seedHost(host)
    }

    static func rule(_ filter: String) -> [String: String] {
        [
            "TrafficMirrorFilterId": filter, "TrafficDirection": "ingress", "Policy": "accept", "Protocol": "all",
            "SourceCidrBlock": "0.0.0.0/0", "DestinationCidrBlock": "0.0.0.0/0",
        ]
    }

    var ids: [String] {
        [
            vpc, subnet, interface, receiver, group, acl, target, filter, rule, session, log, balancer, servers,
            instance, host,
        ]
    }

    /// Every list of the account and the tags, as its root key sees them.
    func everything(_ cloud: TestCloud) async throws -> [JSON] {
        var all: [JSON] = []
        for name in [
            "Vpcs", "Subnets", "NetworkInterfaces", "SecurityGroups", "NetworkAcls", "TrafficMirrorTargets",
            "TrafficMirrorFilters", "TrafficMirrorSessions", "FlowLogs",
        ] {
            let reply = await cloud.call("Describe" + name, ["MaxResults": "100"]).succeeded()
            all.append(try #require(reply.result).without("RequestId"))
        }
        all.append(
            try #require(await cloud.call("DescribeLoadBalancers", service: "clb").succeeded().result)
                .without("RequestId"))
        all.append(
            try #require(await cloud.call("ListTagsForResources", ["ResourceType": "vpc"]).succeeded().result)
                .without("RequestId"))
        for id in [instance, host] {
            all.append(.text("\(String(describing: try await cloud.find(Instance.self, id)))"))
            all.append(.text("\(String(describing: try await cloud.find(Host.self, id)))"))
        }
        return all
    }

    /// Nothing of the estate is in an answer but what the caller wrote himself.
    func expectNothing(of arguments: [String: String], in reply: Reply, _ name: String) {
        let text = "\(reply.json)"
        let said = arguments.values.joined(separator: " ")
        for id in ids where !said.contains(id) {
            #expect(!text.contains(id), "\(name) shows \(id): \(text)")
        }
        if !said.contains(AccountIsolationTests.marker) {
            #expect(!text.contains(AccountIsolationTests.marker), "\(name): \(text)")
        }
    }
}
