import Testing

@Suite struct SupportingSecurityGroupTests {
    private static let rule = ["Protocol": "tcp", "PortStart": "80", "PortEnd": "443", "CidrIp": "10.0.0.0/8"]

    private static func arguments(_ id: String, _ change: [String: String] = [:]) -> [String: String] {
        rule.merging(["SecurityGroupId": id]) { _, new in new }.merging(change) { _, new in new }
    }

    private static func rules(_ cloud: TestCloud, _ id: String, _ more: [String: String] = [:]) async -> [JSON] {
        let reply = await cloud.call(
            "DescribeSecurityGroupAttributes", ["SecurityGroupId": id].merging(more) { _, new in new }
        ).succeeded()
        return reply.result?["Permissions"]?.elements ?? []
    }

    @Test func `a group starts with everything allowed out and nothing in`() async throws {
        let cloud = try TestCloud()
        let vpc = try await cloud.makeVpc()
        let id = try await cloud.makeGroup(vpc, ["SecurityGroupName": "web", "Tags.1.Key": "k"])
        let list = await cloud.call("DescribeSecurityGroups").succeeded()
        #expect(
            list.result?.without("RequestId") == [
                "SecurityGroups": [
                    [
                        "SecurityGroupId": .text(id), "SecurityGroupName": "web", "Description": "",
                        "AccountId": "2100000001", "VpcId": .text(vpc), "Type": "normal", "Status": "Available",
                        "ServiceManaged": false, "ProjectName": "default", "UsedIpCount": 0, "AvailableIpCount": 2000,
                        "UsedNetworkInterfaceCount": 0, "AvailableNetworkInterfaceCount": 2000,
                        "Tags": [["Key": "k", "Value": ""]], "CreationTime": .text(TestCloud.startText),
                    ]
                ], "TotalCount": 1, "PageNumber": 1, "PageSize": 10, "NextToken": "",
            ])
        let alone = await cloud.call("DescribeSecurityGroupAttributes", ["SecurityGroupId": id]).succeeded()
        #expect(
            alone.result?.without("RequestId", "Permissions") == [
                "SecurityGroupId": .text(id), "SecurityGroupName": "web", "Description": "",
                "AccountId": "2100000001", "VpcId": .text(vpc), "Type": "normal", "Status": "Available",
                "ServiceManaged": false, "ProjectName": "default", "Tags": [["Key": "k", "Value": ""]],
                "CreationTime": .text(TestCloud.startText), "UpdateTime": .text(TestCloud.startText),
            ])
        let rules = alone.result?["Permissions"]?.elements ?? []
        #expect(
            rules.map { $0.without("SecurityGroupRuleId") } == [
                [
                    "Direction": "egress", "Protocol": "all", "Policy": "accept", "Priority": 1, "PortStart": -1,
                    "PortEnd": -1, "CidrIp": "0.0.0.0/0", "SourceGroupId": "", "PrefixListId": "",
                    "PrefixListCidrs": [], "Description": "", "CreationTime": .text(TestCloud.startText),
                    "UpdateTime": .text(TestCloud.startText),
                ]
            ])
        #expect(try await cloud.call("DescribeVpcs").only("Vpcs")["SecurityGroupIds"] == [.text(id)])
    }

    @Test func `rules are added, filtered and revoked by their whole tuple`() async throws {
        let cloud = try TestCloud()
        let id = try await cloud.makeGroup(cloud.makeVpc())
        await cloud.call("AuthorizeSecurityGroupIngress", Self.arguments(id, ["Priority": "5", "Description": "in"]))
            .succeeded()
        await cloud.call("AuthorizeSecurityGroupIngress", Self.arguments(id, ["Protocol": " UDP", "Policy": "drop"]))
            .succeeded()
        await cloud.call("AuthorizeSecurityGroupEgress", Self.arguments(id)).succeeded()
        await cloud.call(
            "AuthorizeSecurityGroupIngress",
            [
                "SecurityGroupId": id, "Protocol": "icmpv6", "PortStart": "-1", "PortEnd": "-1",
                "CidrIp": "2001:db8::1/32",
            ]
        ).succeeded()
        await cloud.call(
            "AuthorizeSecurityGroupIngress",
            ["SecurityGroupId": id, "Protocol": "all", "PortStart": "-1", "PortEnd": "-1", "SourceGroupId": id]
        ).succeeded()
        #expect(await Self.rules(cloud, id).count == 6)
        #expect(await Self.rules(cloud, id, ["Direction": "all"]).count == 6)
        #expect(await Self.rules(cloud, id, ["Direction": "ingress"]).count == 4)
        #expect(await Self.rules(cloud, id, ["Protocol": "udp"]).map { $0["Policy"] } == ["drop"])
        #expect(await Self.rules(cloud, id, ["CidrIp": "10.0.0.0/8"]).count == 3)
        #expect(await Self.rules(cloud, id, ["CidrIp": "2001:db8::/32"]).count == 1)
        #expect(await Self.rules(cloud, id, ["SourceGroupId": id]).count == 1)
        #expect(await Self.rules(cloud, id, ["PrefixListId": "pl-1"]).isEmpty)

        await cloud.call("AuthorizeSecurityGroupIngress", Self.arguments(id, ["Priority": "5"]))
            .refused(409, "InvalidSecurityGroupRule.Conflict")
        await cloud.call("RevokeSecurityGroupIngress", Self.arguments(id))
            .refused(404, "InvalidSecurityGroupRule.NotFound")
        await cloud.call("RevokeSecurityGroupIngress", Self.arguments(id, ["Priority": "5", "Description": "out"]))
            .refused(404, "InvalidSecurityGroupRule.NotFound")
        await cloud.call("RevokeSecurityGroupIngress", Self.arguments(id, ["Priority": "5"])).succeeded()
        await cloud.call("RevokeSecurityGroupEgress", Self.arguments(id)).succeeded()
        #expect(await Self.rules(cloud, id).count == 4)
    }

    @Test(arguments: [
        (["Protocol": "gre"], 400, "InvalidParameter.Protocol"),
        (["PortStart": "0"], 400, "InvalidParameter.PortStart"),
        (["PortStart": "-1"], 400, "InvalidParameter.PortStart"), (["PortEnd": "79"], 400, "InvalidParameter.PortEnd"),
        (["PortEnd": "65536"], 400, "InvalidParameter.PortEnd"),
        (["Protocol": "icmp"], 400, "InvalidParameter.PortStart"),
        (["Protocol": "all", "PortStart": "-1"], 400, "InvalidParameter.PortEnd"),
        (["CidrIp": "everywhere"], 400, "InvalidParameter.CidrIp"),
        (["CidrIp": "10.0.0.1"], 400, "InvalidParameter.CidrIp"),
        (["CidrIp": "::/129"], 400, "InvalidParameter.CidrIp"), (["CidrIp": ""], 400, "MissingParameter.CidrIp"),
        (["SourceGroupId": "sg-2"], 400, "InvalidParameter.CidrIp"),
        (["CidrIp": "", "SourceGroupId": "sg-2"], 404, "InvalidSecurityGroup.NotFound"),
        (["CidrIp": "", "PrefixListId": "pl-2"], 404, "InvalidPrefixList.NotFound"),
        (["Policy": "reject"], 400, "InvalidParameter.Policy"), (["Priority": "101"], 400, "InvalidParameter.Priority"),
        (["SecurityGroupId": "sg-none"], 404, "InvalidSecurityGroup.NotFound"),
        (["Description": "<b>"], 400, "InvalidDescription.Malformed"),
    ])
    func `a rule is refused in every action that takes one`(
        change: [String: String], status: Int, code: String
    ) async throws {
        let cloud = try TestCloud()
        let id = try await cloud.makeGroup(cloud.makeVpc())
        for action in ["AuthorizeSecurityGroup", "RevokeSecurityGroup"] {
            for direction in ["Ingress", "Egress"] {
                await cloud.call(action + direction, Self.arguments(id, change)).refused(status, code)
            }
        }
        #expect(await Self.rules(cloud, id).count == 1)
    }

    @Test func `a peer group must be of the same VPC`() async throws {
        let cloud = try TestCloud()
        let id = try await cloud.makeGroup(cloud.makeVpc())
        let foreign = try await cloud.makeGroup(cloud.makeVpc())
        await cloud.call("AuthorizeSecurityGroupIngress", Self.arguments(id, ["CidrIp": "", "SourceGroupId": foreign]))
            .refused(400, "InvalidParameter.SourceGroupId")
    }

    @Test func `rules wait until the group is made, and groups until the VPC is`() async throws {
        let cloud = try TestCloud()
        let vpc = try await cloud.call("CreateVpc", ["CidrBlock": "10.0.0.0/8"]).text("VpcId")
        await cloud.call("CreateSecurityGroup", ["VpcId": vpc]).refused(400, "InvalidVpc.InvalidStatus")
        await cloud.call("CreateSecurityGroup", ["VpcId": "vpc-none"]).refused(404, "InvalidVpc.NotFound")
        try await cloud.settle()
        let id = try await cloud.call("CreateSecurityGroup", ["VpcId": vpc]).text("SecurityGroupId")
        await cloud.call("AuthorizeSecurityGroupIngress", Self.arguments(id)).refused(
            400, "InvalidSecurityGroup.InvalidStatus",
            "The specified security group is not in the correct status for the request.")
        try await cloud.settle()
        await cloud.call("AuthorizeSecurityGroupIngress", Self.arguments(id)).succeeded()
    }

    @Test func `a group that an ENI or another group's rule uses stays`() async throws {
        let cloud = try TestCloud()
        let vpc = try await cloud.makeVpc()
        let id = try await cloud.makeGroup(vpc)
        let other = try await cloud.makeGroup(vpc)
        let subnet = try await cloud.makeSubnet(vpc)
        let eni = try await cloud.makeInterface(
            subnet, ["SecurityGroupIds.1": id, "SecondaryPrivateIpAddressCount": "2"])
        let view = try await cloud.call("DescribeSecurityGroups", ["SecurityGroupIds.1": id]).only("SecurityGroups")
        #expect(view["UsedIpCount"] == 3 && view["AvailableIpCount"] == 1997)
        #expect(view["UsedNetworkInterfaceCount"] == 1 && view["AvailableNetworkInterfaceCount"] == 1999)
        await cloud.call("DeleteSecurityGroup", ["SecurityGroupId": id]).refused(409, "InvalidSecurityGroup.InUse")
        await cloud.call("DeleteNetworkInterface", ["NetworkInterfaceId": eni]).succeeded()
        try await cloud.settle()
        let naming = Self.arguments(other, ["CidrIp": "", "SourceGroupId": id])
        await cloud.call("AuthorizeSecurityGroupIngress", naming).succeeded()
        await cloud.call("DeleteSecurityGroup", ["SecurityGroupId": id]).refused(409, "InvalidSecurityGroup.InUse")
        await cloud.call("RevokeSecurityGroupIngress", naming).succeeded()
        await cloud.call("DeleteSecurityGroup", ["SecurityGroupId": id]).succeeded()
        await cloud.call("DeleteSecurityGroup", ["SecurityGroupId": id])
            .refused(400, "InvalidSecurityGroup.InvalidStatus")
        await cloud.call("ModifySecurityGroupAttributes", ["SecurityGroupId": id])
            .refused(400, "InvalidSecurityGroup.InvalidStatus")
        await cloud.call("CreateNetworkInterface", ["SubnetId": subnet, "SecurityGroupIds.1": id])
            .refused(400, "InvalidSecurityGroup.InvalidStatus")
        try await cloud.settle()
        #expect(await cloud.call("DescribeSecurityGroups", ["SecurityGroupIds.1": id]).result?["SecurityGroups"] == [])
    }

    @Test func `a group is renamed at once and found by its names`() async throws {
        let cloud = try TestCloud()
        let vpc = try await cloud.makeVpc()
        let id = try await cloud.makeGroup(vpc)
        _ = try await cloud.makeGroup(vpc)
        await cloud.call("ModifySecurityGroupAttributes", ["SecurityGroupId": id, "SecurityGroupName": "api"])
            .succeeded()
        let found = try await cloud.call("DescribeSecurityGroups", ["SecurityGroupNames.1": "api", "VpcId": vpc])
            .succeeded().only("SecurityGroups")
        #expect(found["SecurityGroupId"] == .text(id) && found["Status"] == "Available")
    }

    @Test(arguments: ["DescribeSecurityGroupAttributes", "ModifySecurityGroupAttributes", "DeleteSecurityGroup"])
    func `an unknown group is 404`(action: String) async throws {
        let cloud = try TestCloud()
        await cloud.call(action, ["SecurityGroupId": "sg-none"]).refused(404, "InvalidSecurityGroup.NotFound")
        await cloud.call(action).refused(400, "MissingParameter.SecurityGroupId")
    }
}
