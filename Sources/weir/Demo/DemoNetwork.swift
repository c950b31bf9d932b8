import ControlPlane
import Foundation
import Model

/// Web, client and collector in one VPC; the client's traffic is mirrored to the collector, the VPC is logged.
struct DemoNetwork {
    struct Member {
        var interfaceID: String
        var address: String
        var namespace: String
    }

    var vpcID: String
    var routerNamespace: String
    var web: Member
    var client: Member
    var collector: Member
    var sessionID: String
    var flowLogID: String

    private struct Made: Decodable {
        var VpcId: String?
        var SubnetId: String?
        var NetworkInterfaceId: String?
        var TrafficMirrorTargetId: String?
        var TrafficMirrorFilterId: String?
        var TrafficMirrorSessionId: String?
        var FlowLogId: String?
    }

    static func build(_ cloud: DemoCloud) throws -> DemoNetwork {
        func make(_ action: String, _ path: KeyPath<Made, String?>, _ parameters: [String: String]) throws -> String {
            let made: Made = try cloud.call(action, parameters)
            guard let id = made[keyPath: path] else {
                throw DemoServer.Failure(description: "\(action) answered without an ID")
            }
            print("  \(action) → \(id)")
            return id
        }
        print("building a network by API calls")
        let vpc = try make("CreateVpc", \.VpcId, ["CidrBlock": "10.66.0.0/16", "VpcName": "demo"])
        try settled(cloud, "DescribeVpcs", ["VpcIds.1": vpc], "Available")
        let subnet = try make(
            "CreateSubnet", \.SubnetId,
            ["VpcId": vpc, "CidrBlock": "10.66.1.0/24", "ZoneId": "cn-beijing-a", "SubnetName": "demo"])
        try settled(cloud, "DescribeSubnets", ["SubnetIds.1": subnet], "Available")
        var members: [String: (id: String, address: String)] = [:]
        for (name, address) in [("web", "10.66.1.10"), ("client", "10.66.1.20"), ("collector", "10.66.1.30")] {
            let id = try make(
                "CreateNetworkInterface", \.NetworkInterfaceId,
                ["SubnetId": subnet, "NetworkInterfaceName": name, "PrimaryIpAddress": address])
            try settled(cloud, "DescribeNetworkInterfaces", ["NetworkInterfaceIds.1": id], "Available")
            try cloud.perform("AttachNetworkInterface", ["NetworkInterfaceId": id, "InstanceId": "i-\(name)"])
            members[name] = (id, address)
        }
        for (name, member) in members {
            try settled(cloud, "DescribeNetworkInterfaces", ["NetworkInterfaceIds.1": member.id], "InUse")
            _ = name
        }
        let lab: LabLayout = try cloud.weir("DescribeLab", [:])
        func member(_ name: String) throws -> Member {
            guard let known = members[name],
                let instance = lab.Lab?.instances.first(where: { $0.instanceID == "i-\(name)" })
            else { throw DemoServer.Failure(description: "the lab has no instance i-\(name)") }
            return Member(interfaceID: known.id, address: known.address, namespace: instance.namespace)
        }
        let collector = try member("collector")
        let client = try member("client")
        let web = try member("web")
        let target = try make(
            "CreateTrafficMirrorTarget", \.TrafficMirrorTargetId,
            [
                "InstanceType": "NetworkInterface", "InstanceId": collector.interfaceID,
                "TrafficMirrorTargetName": "demo",
            ])
        let filter = try make("CreateTrafficMirrorFilter", \.TrafficMirrorFilterId, ["TrafficMirrorFilterName": "demo"])
        try settled(cloud, "DescribeTrafficMirrorTargets", ["TrafficMirrorTargetIds.1": target], "Available")
        try settled(cloud, "DescribeTrafficMirrorFilters", ["TrafficMirrorFilterIds.1": filter], "Available")
        let any = [
            "SourceCidrBlock": "0.0.0.0/0", "DestinationCidrBlock": "0.0.0.0/0", "TrafficMirrorFilterId": filter,
        ]
        let rules: [[String: String]] = [
            [
                "TrafficDirection": "egress", "Priority": "1", "Policy": "reject", "Protocol": "udp",
                "SourcePortRange": "1/65535", "DestinationPortRange": "53/53",
            ],
            [
                "TrafficDirection": "egress", "Priority": "2", "Policy": "accept", "Protocol": "udp",
                "SourcePortRange": "1/65535", "DestinationPortRange": "5000/5999",
            ],
            [
                "TrafficDirection": "egress", "Priority": "3", "Policy": "accept", "Protocol": "tcp",
                "SourcePortRange": "1/65535", "DestinationPortRange": "80/80",
            ],
            [
                "TrafficDirection": "ingress", "Priority": "1", "Policy": "accept", "Protocol": "tcp",
                "SourcePortRange": "80/80", "DestinationPortRange": "1/65535",
            ],
            ["TrafficDirection": "ingress", "Priority": "2", "Policy": "accept", "Protocol": "icmp"],
        ]
        for rule in rules {
            try cloud.perform("CreateTrafficMirrorFilterRule", any.merging(rule) { _, new in new })
        }
        let session = try make(
            "CreateTrafficMirrorSession", \.TrafficMirrorSessionId,
            [
                "NetworkInterfaceId": client.interfaceID, "TrafficMirrorTargetId": target,
                "TrafficMirrorFilterId": filter, "Priority": "1", "VirtualNetworkId": "4242", "PacketLength": "1500",
                "TrafficMirrorSessionName": "client-to-collector",
            ])
        let log = try make(
            "CreateFlowLog", \.FlowLogId,
            [
                "FlowLogName": "demo", "ResourceType": "vpc", "ResourceId": vpc, "TrafficType": "All",
                "LogProjectName": "demo-project", "LogTopicName": "demo-topic", "AggregationInterval": "1",
            ])
        try settled(cloud, "DescribeTrafficMirrorSessions", ["TrafficMirrorSessionIds.1": session], "Active")
        try settled(cloud, "DescribeFlowLogs", ["FlowLogIds.1": log], "Active")
        guard let router = lab.Lab?.vpcs.first(where: { $0.vpcID == vpc })?.namespace else {
            throw DemoServer.Failure(description: "the lab has no router for \(vpc)")
        }
        return DemoNetwork(
            vpcID: vpc, routerNamespace: router, web: web, client: client, collector: collector, sessionID: session,
            flowLogID: log)
    }

    private struct Statuses: Decodable {
        struct Item: Decodable {
            var Status: String
        }
        var Vpcs: [Item]?
        var Subnets: [Item]?
        var NetworkInterfaceSets: [Item]?
        var TrafficMirrorTargets: [Item]?
        var TrafficMirrorFilters: [Item]?
        var TrafficMirrorSessions: [Item]?
        var FlowLogs: [Item]?

        var first: Item? {
            [
                Vpcs, Subnets, NetworkInterfaceSets, TrafficMirrorTargets, TrafficMirrorFilters, TrafficMirrorSessions,
                FlowLogs,
            ].lazy.compactMap { $0?.first }.first
        }
    }

    private static func settled(
        _ cloud: DemoCloud, _ action: String, _ parameters: [String: String], _ status: String
    ) throws {
        try cloud.wait("\(parameters.values.joined()) to be \(status)") {
            let statuses: Statuses = try cloud.call(action, parameters)
            if statuses.first?.Status == "Failed" {
                throw DemoServer.Failure(description: "\(parameters.values.joined()) failed; see weir status")
            }
            return statuses.first?.Status == status
        }
    }
}
