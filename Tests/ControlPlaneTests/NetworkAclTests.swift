import Model
import Store
import Testing

@testable import ControlPlane

/// Network ACLs through the API.
@Suite struct NetworkAclTests {
    private static let web = [
        "UpdateIngressAclEntries": "true", "IngressAclEntries.1.NetworkAclEntryName": "web",
        "IngressAclEntries.1.Description": "from anywhere", "IngressAclEntries.1.Policy": "accept",
        "IngressAclEntries.1.Protocol": "TCP", "IngressAclEntries.1.Port": "80/443",
        "IngressAclEntries.1.SourceCidrIp": "0.0.0.0/0", "IngressAclEntries.2.Policy": "drop",
        "IngressAclEntries.2.Protocol": "all", "IngressAclEntries.2.Port": "-1/-1",
        "IngressAclEntries.2.SourceCidrIp": "fd00::1/64",
    ]

    private static func make(_ cloud: TestCloud, _ vpc: String, _ more: [String: String] = [:]) async throws -> String {
        let id = try await cloud.call("CreateNetworkAcl", ["VpcId": vpc].merging(more) { $1 }).text("NetworkAclId")
        try await cloud.settle()
        return id
    }

    private static func shown(_ cloud: TestCloud, _ id: String) async throws -> JSON {
        try await cloud.call("DescribeNetworkAcls", ["NetworkAclIds.1": id]).succeeded().only("NetworkAcls")
    }

    private static func bind(_ cloud: TestCloud, _ id: String, _ subnets: String...) async -> Reply {
        var arguments = ["NetworkAclId": id]
        for (index, subnet) in subnets.enumerated() { arguments["Resource.\(index + 1).ResourceId"] = subnet }
        return await cloud.call("AssociateNetworkAcl", arguments)
    }

    @Test func `an ACL is shown whole, alone inside one object`() async throws {
        let cloud = try TestCloud()
        let vpc = try await cloud.makeVpc()
        let subnet = try await cloud.makeSubnet(vpc)
        let arguments = [
            "VpcId": vpc, "NetworkAclName": "edge", "Description": "d", "Tags.1.Key": "team", "Tags.1.Value": "net",
        ]
        let id = try await cloud.call("CreateNetworkAcl", arguments).succeeded().text("NetworkAclId")
        #expect(id.hasPrefix("nacl-"))
        #expect(try await Self.shown(cloud, id)["Status"] == "Creating")
        try await cloud.settle()
        await cloud.call("UpdateNetworkAclEntries", ["NetworkAclId": id].merging(Self.web) { $1 }).succeeded()
        #expect(try await Self.shown(cloud, id)["Status"] == "Pending")
        await Self.bind(cloud, id, subnet).succeeded()
        try await cloud.settle()

        let attribute = try #require(
            await cloud.call("DescribeNetworkAclAttributes", ["NetworkAclId": id]).succeeded()
                .result?["NetworkAclAttribute"])
        #expect(try await Self.shown(cloud, id) == attribute)
        let ids = attribute["IngressAclEntries"]?.elements.compactMap { $0["NetworkAclEntryId"]?.text } ?? []
        try #require(Set(ids).count == 2)
        func refusals(_ direction: String, _ peer: String, _ first: Int) -> JSON {
            .array(
                ["0.0.0.0/0", "::/0"].enumerated().map { index, block in
                    .object([
                        "NetworkAclEntryId": .text("default-\(direction)-\(index + 1)"),
                        "NetworkAclEntryName": "default", "Description": "", "Policy": "drop", "Protocol": "all",
                        "Port": "-1/-1", "Priority": .number(Double(first + index)), peer: .text(block),
                    ])
                })
        }
        #expect(
            attribute == [
                "NetworkAclId": .text(id), "NetworkAclName": "edge", "Description": "d",
                "AccountId": .text(cloud.scope.accountID), "VpcId": .text(vpc), "Status": "Available",
                "ProjectName": "default",
                "IngressAclEntries": [
                    [
                        "NetworkAclEntryId": .text(ids[0]), "NetworkAclEntryName": "web",
                        "Description": "from anywhere", "Policy": "accept", "Protocol": "tcp", "Port": "80/443",
                        "SourceCidrIp": "0.0.0.0/0", "Priority": 1,
                    ],
                    [
                        "NetworkAclEntryId": .text(ids[1]), "NetworkAclEntryName": "", "Description": "",
                        "Policy": "drop", "Protocol": "all", "Port": "-1/-1", "SourceCidrIp": "fd00::/64",
                        "Priority": 2,
                    ],
                ], "EgressAclEntries": [], "DefaultIngressAclEntries": refusals("ingress", "SourceCidrIp", 3),
                "DefaultEgressAclEntries": refusals("egress", "DestinationCidrIp", 1),
                "Resources": [["ResourceId": .text(subnet), "Status": "Available"]],
                "Tags": [["Key": "team", "Value": "net"]], "CreationTime": .text(TestCloud.startText),
                "UpdateTime": .text(TestCloud.startText),
            ])
        #expect(
            await cloud.call("DescribeSubnetAttributes", ["SubnetId": subnet]).result?["NetworkAclId"] == .text(id))
        #expect(await cloud.call("DescribeVpcAttributes", ["VpcId": vpc]).result?["NetworkAclNum"] == "1")
    }

    @Test func `only a direction whose flag is true is replaced, whole and in order`() async throws {
        let cloud = try TestCloud()
        let id = try await Self.make(cloud, cloud.makeVpc())
        func update(_ more: [String: String]) async -> Reply {
            await cloud.call("UpdateNetworkAclEntries", ["NetworkAclId": id].merging(more) { $1 })
        }
        func blocks(_ list: String, _ peer: String) async throws -> [JSON?] {
            try await Self.shown(cloud, id)[list]?.elements.map { $0[peer] } ?? []
        }
        await update(Self.web.merging(["UpdateIngressAclEntries": "false"]) { $1 }).succeeded()
        await update(["NetworkAclId": id]).succeeded()
        #expect(try await Self.shown(cloud, id)["Status"] == "Available")
        #expect(try await blocks("IngressAclEntries", "SourceCidrIp") == [])
        await update(Self.web).succeeded()
        #expect(try await blocks("IngressAclEntries", "SourceCidrIp") == ["0.0.0.0/0", "fd00::/64"])
        let entries = try await Self.shown(cloud, id)["IngressAclEntries"]?.elements ?? []
        let second = try #require(entries.last?["NetworkAclEntryId"]?.text)

        // The second comes first and keeps its ID; the other direction is untouched.
        await update([
            "UpdateIngressAclEntries": "true", "IngressAclEntries.1.NetworkAclEntryId": second,
            "IngressAclEntries.1.Policy": "accept", "IngressAclEntries.1.SourceCidrIp": "10.0.0.0/8",
            "IngressAclEntries.2.Policy": "drop", "IngressAclEntries.2.Protocol": "gre",
            "IngressAclEntries.2.SourceCidrIp": "10.9.0.0/16",
        ]).succeeded()
        let after = try await Self.shown(cloud, id)["IngressAclEntries"]?.elements ?? []
        #expect(after.map { $0["SourceCidrIp"] } == ["10.0.0.0/8", "10.9.0.0/16"])
        #expect(after.first?["NetworkAclEntryId"] == .text(second) && after.first?["Protocol"] == "all")
        #expect(after.last?["NetworkAclEntryId"] != .text(second))
        await update([
            "UpdateEgressAclEntries": "true", "EgressAclEntries.1.Policy": "accept",
            "EgressAclEntries.1.DestinationCidrIp": "::/0",
        ]).succeeded()
        #expect(try await blocks("IngressAclEntries", "SourceCidrIp").count == 2)
        #expect(try await blocks("EgressAclEntries", "DestinationCidrIp") == ["::/0"])
        await update(["UpdateIngressAclEntries": "true"]).succeeded()
        #expect(try await blocks("IngressAclEntries", "SourceCidrIp") == [])
        #expect(try await blocks("EgressAclEntries", "DestinationCidrIp") == ["::/0"])
        await update([
            "UpdateIngressAclEntries": "true", "IngressAclEntries.1.NetworkAclEntryId": second,
            "IngressAclEntries.1.Policy": "accept", "IngressAclEntries.1.SourceCidrIp": "10.0.0.0/8",
        ]).refused(404, "InvalidNetworkAclEntry.NotFound")
    }

    @Test(arguments: [
        (["IngressAclEntries.1.Policy": "allow"], 400, "InvalidParameter.IngressAclEntries.1.Policy"),
        (["IngressAclEntries.1.Policy": ""], 400, "MissingParameter.IngressAclEntries.1.Policy"),
        (["IngressAclEntries.1.Protocol": "esp"], 400, "InvalidParameter.IngressAclEntries.1.Protocol"),
        (["IngressAclEntries.1.Protocol": "icmp"], 400, "InvalidParameter.IngressAclEntries.1.Port"),
        (["IngressAclEntries.1.Port": ""], 400, "MissingParameter.IngressAclEntries.1.Port"),
        (["IngressAclEntries.1.Port": "-1/-1"], 400, "InvalidParameter.IngressAclEntries.1.Port"),
        (["IngressAclEntries.1.Port": "0/80"], 400, "InvalidParameter.IngressAclEntries.1.Port"),
        (["IngressAclEntries.1.Port": "443/80"], 400, "InvalidParameter.IngressAclEntries.1.Port"),
        (["IngressAclEntries.1.Port": "80"], 400, "InvalidParameter.IngressAclEntries.1.Port"),
        (["IngressAclEntries.1.SourceCidrIp": "10.0.0.1"], 400, "InvalidParameter.IngressAclEntries.1.SourceCidrIp"),
        (["IngressAclEntries.1.SourceCidrIp": ""], 400, "MissingParameter.IngressAclEntries.1.SourceCidrIp"),
        (["IngressAclEntries.1.NetworkAclEntryName": "<b>"], 400, "InvalidName.Malformed"),
        (["IngressAclEntries.1.Description": "<b>"], 400, "InvalidDescription.Malformed"),
        (["IngressAclEntries.1.NetworkAclEntryId": "nae-1"], 404, "InvalidNetworkAclEntry.NotFound"),
        (["IngressAclEntries.x.Policy": "drop"], 400, "InvalidParameter.IngressAclEntries"),
        (["UpdateIngressAclEntries": "yes"], 400, "InvalidParameter.UpdateIngressAclEntries"),
        (["NetworkAclId": "nacl-none"], 404, "InvalidNetworkAcl.NotFound"),
        (["NetworkAclId": ""], 400, "MissingParameter.NetworkAclId"),
    ])
    func `entries are refused whole`(change: [String: String], status: Int, code: String) async throws {
        let cloud = try TestCloud()
        let id = try await Self.make(cloud, cloud.makeVpc())
        let arguments = Self.web.merging(["NetworkAclId": id]) { $1 }.merging(change) { $1 }
        await cloud.call("UpdateNetworkAclEntries", arguments).refused(status, code)
        #expect(try await Self.shown(cloud, id)["IngressAclEntries"] == [])
    }

    @Test func `a subnet has one ACL, of its VPC, and gives it back`() async throws {
        let cloud = try TestCloud()
        let vpc = try await cloud.makeVpc()
        let subnet = try await cloud.makeSubnet(vpc)
        let id = try await Self.make(cloud, vpc)
        let other = try await Self.make(cloud, vpc)
        let foreign = try await Self.make(cloud, cloud.makeVpc())
        await Self.bind(cloud, id).refused(400, "MissingParameter.Resource.1.ResourceId")
        await Self.bind(cloud, id, "").refused(400, "MissingParameter.Resource.1.ResourceId")
        await Self.bind(cloud, id, subnet, subnet).refused(400, "InvalidParameter.Resource.2.ResourceId")
        await Self.bind(cloud, id, subnet, "subnet-none").refused(404, "InvalidSubnet.NotFound")
        await Self.bind(cloud, "nacl-none", subnet).refused(404, "InvalidNetworkAcl.NotFound")
        await Self.bind(cloud, foreign, subnet).refused(400, "InvalidParameter.ResourceId")
        #expect(try await Self.shown(cloud, id)["Resources"] == [])

        await Self.bind(cloud, id, subnet).succeeded()
        #expect(
            try await Self.shown(cloud, id)["Resources"] == [["ResourceId": .text(subnet), "Status": "Pending"]])
        try await cloud.settle()
        let generation = try await cloud.generation()
        await Self.bind(cloud, id, subnet).succeeded()
        #expect(try await cloud.generation() == generation)
        await Self.bind(cloud, other, subnet).refused(409, "InvalidSubnet.Conflict")
        await cloud.call("DeleteNetworkAcl", ["NetworkAclId": id]).refused(409, "InvalidNetworkAcl.InUse")
        await cloud.call("DisassociateNetworkAcl", ["NetworkAclId": other, "Resource.1.ResourceId": subnet])
            .refused(400, "InvalidSubnet.NotAssociated")
        await cloud.call("DisassociateNetworkAcl", ["NetworkAclId": id, "Resource.1.ResourceId": subnet]).succeeded()
        #expect(
            await cloud.call("DescribeSubnetAttributes", ["SubnetId": subnet]).result?["NetworkAclId"] == "")
        try await cloud.settle()

        // A subnet that goes takes its binding along.
        await Self.bind(cloud, other, subnet).succeeded()
        try await cloud.settle()
        await cloud.call("DeleteSubnet", ["SubnetId": subnet]).succeeded()
        #expect(try await Self.shown(cloud, other)["Resources"] == [])
        try await cloud.settle()
        await cloud.call("DeleteVpc", ["VpcId": vpc]).refused(409, "InvalidVpc.InUse")
        for acl in [id, other] {
            await cloud.call("DeleteNetworkAcl", ["NetworkAclId": acl]).succeeded()
            await cloud.call("DeleteNetworkAcl", ["NetworkAclId": acl]).refused(400, "InvalidNetworkAcl.InvalidStatus")
            await cloud.call("ModifyNetworkAclAttributes", ["NetworkAclId": acl])
                .refused(400, "InvalidNetworkAcl.InvalidStatus")
        }
        try await cloud.settle()
        #expect(await cloud.call("DescribeNetworkAcls", ["VpcId": vpc]).result?["NetworkAcls"] == [])
        await cloud.call("DeleteVpc", ["VpcId": vpc]).succeeded()
    }

    @Test func `ACLs are found by each filter, page by page`() async throws {
        let cloud = try TestCloud()
        let vpc = try await cloud.makeVpc()
        let subnet = try await cloud.makeSubnet(vpc)
        let first = try await Self.make(cloud, vpc, ["NetworkAclName": "a", "Tags.1.Key": "k", "Tags.1.Value": "v"])
        let second = try await Self.make(cloud, cloud.makeVpc())
        await Self.bind(cloud, first, subnet).succeeded()
        func found(_ filter: [String: String]) async -> [JSON?] {
            await cloud.call("DescribeNetworkAcls", filter).succeeded().result?["NetworkAcls"]?.elements
                .map { $0["NetworkAclId"] } ?? []
        }
        #expect(await found([:]) == [.text(second), .text(first)])
        for filter in [
            ["NetworkAclIds.1": first], ["NetworkAclName": "a"], ["VpcId": vpc], ["SubnetId": subnet],
            ["TagFilters.1.Key": "k", "TagFilters.1.Values.1": "v"],
        ] { #expect(await found(filter) == [.text(first)], "\(filter)") }
        for filter in [
            ["NetworkAclIds.1": "nacl-none"], ["SubnetId": "subnet-none"], ["ProjectName": "other"],
            ["SubnetId": subnet, "NetworkAclIds.1": second],
        ] { #expect(await found(filter) == [], "\(filter)") }
        let page = await cloud.call("DescribeNetworkAcls", ["PageNumber": "2", "PageSize": "1"]).succeeded().result
        #expect(page?["TotalCount"] == 2 && page?["PageNumber"] == 2 && page?["PageSize"] == 1)
        #expect(page?["NetworkAcls"]?.elements.map { $0["NetworkAclId"] } == [.text(first)])
        let token = try await cloud.call("DescribeNetworkAcls", ["MaxResults": "1"]).succeeded().text("NextToken")
        #expect(await found(["MaxResults": "1", "NextToken": token]) == [.text(first)])
    }

    @Test func `creating has rules of its own`() async throws {
        let cloud = try TestCloud { $0.quotas.networkACLs = 1 }
        await cloud.call("CreateNetworkAcl").refused(400, "MissingParameter.VpcId")
        await cloud.call("CreateNetworkAcl", ["VpcId": "vpc-none"]).refused(404, "InvalidVpc.NotFound")
        let vpc = try await cloud.makeVpc()
        await cloud.call("CreateNetworkAcl", ["VpcId": vpc, "ProjectName": "x"]).refused(404, "InvalidProject.NotFound")
        await cloud.call("CreateNetworkAcl", ["VpcId": vpc, "NetworkAclName": "-"]).refused(
            400, "InvalidName.Malformed")
        let arguments = ["VpcId": vpc, "ClientToken": "t"]
        let id = try await cloud.call("CreateNetworkAcl", arguments).text("NetworkAclId")
        #expect(try await cloud.call("CreateNetworkAcl", arguments).text("NetworkAclId") == id)
        await cloud.call("CreateNetworkAcl", arguments.merging(["Description": "d"]) { $1 })
            .refused(400, "IdempotentParameterMismatch")
        await cloud.call("CreateNetworkAcl", ["VpcId": vpc]).refused(400, "QuotaExceeded.NetworkAcl")
        // Too early for anything but deleting.
        await cloud.call("UpdateNetworkAclEntries", ["NetworkAclId": id].merging(Self.web) { $1 })
            .refused(400, "InvalidNetworkAcl.InvalidStatus")
        let subnet = try await cloud.call(
            "CreateSubnet", ["VpcId": vpc, "ZoneId": "cn-beijing-a", "CidrBlock": "10.0.1.0/24"]
        ).text("SubnetId")
        await Self.bind(cloud, id, subnet).refused(400, "InvalidNetworkAcl.InvalidStatus")
        try await cloud.settle()
        await cloud.call("ModifyNetworkAclAttributes", ["NetworkAclId": id, "NetworkAclName": "n"]).succeeded()
        #expect(try await Self.shown(cloud, id)["NetworkAclName"] == "n")
    }

    @Test(arguments: ["DescribeNetworkAclAttributes", "ModifyNetworkAclAttributes", "DeleteNetworkAcl"])
    func `an unknown ACL is 404`(action: String) async throws {
        let cloud = try TestCloud()
        await cloud.call(action, ["NetworkAclId": "nacl-none"]).refused(404, "InvalidNetworkAcl.NotFound")
        await cloud.call(action).refused(400, "MissingParameter.NetworkAclId")
    }

    @Test func `an ACL is Available when the hosts of its subnets have it, and they alone are told`() async throws {
        let cloud = try TestCloud()
        let vpc = try await cloud.makeVpc()
        let here = try await cloud.makeSubnet(vpc)
        let there = try await cloud.makeSubnet(vpc, "10.0.2.0/24")
        _ = try await cloud.makeInterface(here, instance: "i-here")
        _ = try await cloud.makeInterface(there, instance: "i-there")
        try await cloud.hold(["i-here"], on: "host-1")
        try await cloud.hold(["i-there"], on: "host-2")
        let id = try await Self.make(cloud, vpc)
        await cloud.call("UpdateNetworkAclEntries", ["NetworkAclId": id].merging(Self.web) { $1 }).succeeded()
        try await cloud.settle()
        #expect(try await Self.shown(cloud, id)["Status"] == "Available")

        await Self.bind(cloud, id, here).succeeded()
        let row = try #require(try await cloud.find(NetworkACL.self, id))
        #expect(row.waitsFor == ["host-1"])
        #expect(try await cloud.generation() == row.generation)
        await Self.bind(cloud, id, there).succeeded()
        #expect(try await cloud.find(NetworkACL.self, id)?.waitsFor == ["host-1", "host-2"])
        await cloud.call("DisassociateNetworkAcl", ["NetworkAclId": id, "Resource.1.ResourceId": there]).succeeded()
        try await cloud.settle()
        #expect(try await Self.shown(cloud, id)["Status"] == "Pending")
        for host in ["host-1", "host-2"] {
            try await cloud.change(Host.self, host) { $0.acknowledgedGeneration = .max }
        }
        try await cloud.settle()
        #expect(try await Self.shown(cloud, id)["Status"] == "Available")

        let firewall = try await cloud.state("host-1").firewall
        #expect(firewall.interfaces.map(\.aclID) == [id])
        let acl = try #require(firewall.acls.first)
        #expect(firewall.acls.count == 1 && acl.egress.isEmpty)
        #expect(acl.ingress.map(\.accept) == [true, false])
        #expect(acl.ingress.map(\.transport) == [.tcp, .all])
        #expect(acl.ingress.map(\.ports) == [PortRange(first: 80, last: 443), .any])
        #expect(acl.ingress.map(\.peer.description) == ["0.0.0.0/0", "fd00::/64"])
        let elsewhere = try await cloud.state("host-2").firewall
        #expect(elsewhere.acls.isEmpty && elsewhere.interfaces.map(\.aclID) == [nil])
    }

    @Test func `what a host could not make of an ACL is its failure`() async throws {
        let cloud = try TestCloud()
        let vpc = try await cloud.makeVpc()
        let subnet = try await cloud.makeSubnet(vpc)
        _ = try await cloud.makeInterface(subnet, instance: "i-1")
        try await cloud.hold(["i-1"], on: "host-1")
        let id = try await Self.make(cloud, vpc)
        await Self.bind(cloud, id, subnet).succeeded()
        try await cloud.change(Host.self, "host-1") {
            $0.acknowledgedGeneration = .max
            $0.failures = #"[{"resourceID":"\#(id)","reason":"no nftables"}]"#
        }
        try await cloud.settle()
        #expect(try await Self.shown(cloud, id)["Status"] == "Failed")
        #expect(try await cloud.find(NetworkACL.self, id)?.failure == "no nftables")
        let unsettled = try await cloud.call("DescribeServerStatus", service: "weir").only("Unsettled")
        #expect(unsettled == ["ResourceId": .text(id), "Status": "Failed", "Failure": "no nftables"])
    }
}
