import Model
import Testing

@Suite struct SupportingVpcTests {
    private static func view(_ id: String, table: String) -> JSON {
        [
            "VpcId": .text(id), "VpcName": "net", "Description": "first", "AccountId": "2100000001",
            "CidrBlock": "172.16.0.0/16", "Ipv6CidrBlock": "", "Ipv6CidrBlocks": [], "Status": "Available",
            "IsDefault": false, "ProjectName": "default", "RouteTableIds": [.text(table)], "SubnetIds": [],
            "SecurityGroupIds": [], "DnsServers": ["10.0.0.53"], "AssociateCens": [], "Ipv4GatewayId": "",
            "NatGatewayIds": [], "NetworkAclNum": "0", "SecondaryCidrBlocks": [], "SupportIpv4Gateway": false,
            "UserCidrBlocks": [], "Tags": [["Key": "team", "Value": "net ops"]],
            "CreationTime": .text(TestCloud.startText), "UpdateTime": .text(TestCloud.startText),
        ]
    }

    @Test func `a VPC is made, shown, changed and deleted`() async throws {
        let cloud = try TestCloud()
        let made = await cloud.call(
            "CreateVpc",
            [
                "CidrBlock": "172.16.0.0/16", "VpcName": "net", "Description": "first", "DnsServers.1": "10.0.0.53",
                "Tags.1.Key": "team", "Tags.1.Value": "net ops", "EnableIpv6": "false",
            ]
        ).succeeded()
        let id = try made.text("VpcId")
        let table = try made.text("RouteTableId")
        #expect(id.hasPrefix("vpc-") && table.hasPrefix("vtb-"))
        let fresh = try await cloud.call("DescribeVpcs", ["VpcIds.1": id]).succeeded().only("Vpcs")
        #expect(fresh["Status"] == "Creating")
        try await cloud.settle()

        let list = await cloud.call("DescribeVpcs").succeeded()
        #expect(
            list.result?.without("RequestId") == [
                "Vpcs": [Self.view(id, table: table)], "TotalCount": 1, "PageNumber": 1, "PageSize": 10,
                "NextToken": "",
            ])
        let alone = await cloud.call("DescribeVpcAttributes", ["VpcId": id]).succeeded()
        #expect(alone.result?.without("RequestId") == Self.view(id, table: table))

        cloud.pass(seconds: 5)
        await cloud.call("ModifyVpcAttributes", ["VpcId": id, "VpcName": "other", "DnsServers.1": "::1"]).succeeded()
        let changed = await cloud.call("DescribeVpcAttributes", ["VpcId": id])
        #expect(changed.result?["Status"] == "Pending")
        #expect(changed.result?["VpcName"] == "other")
        #expect(changed.result?["Description"] == "first")
        #expect(changed.result?["DnsServers"] == ["::1"])
        #expect(changed.result?["UpdateTime"] == "2024-01-15T16:30:05+08:00")
        try await cloud.settle()
        #expect(await cloud.call("DescribeVpcAttributes", ["VpcId": id]).result?["Status"] == "Available")

        await cloud.call("DeleteVpc", ["VpcId": id]).succeeded()
        await cloud.call("DeleteVpc", ["VpcId": id]).refused(400, "InvalidVpc.InvalidStatus")
        await cloud.call("ModifyVpcAttributes", ["VpcId": id]).refused(400, "InvalidVpc.InvalidStatus")
        try await cloud.settle()
        #expect(await cloud.call("DescribeVpcs", ["VpcIds.1": id]).succeeded().result?["Vpcs"] == [])
    }

    @Test(arguments: [
        "192.168.0.0/16", "192.168.7.0/24", "10.0.0.0/8", "10.255.255.0/24", "172.16.0.0/12", "172.31.0.0/24",
    ])
    func `these blocks are a VPC's`(block: String) async throws {
        try await TestCloud().call("CreateVpc", ["CidrBlock": block]).succeeded()
    }

    @Test(arguments: [
        "192.0.0.0/8", "192.168.0.0/15", "192.168.0.0/25", "10.0.0.0/7", "11.0.0.0/8", "172.32.0.0/16",
        "10.0.0.1/8", "10.0.0.0", "10.0.0.0/33", "10.0.0.0/08", "hello", "::/0",
    ])
    func `these blocks are not`(block: String) async throws {
        try await TestCloud().call("CreateVpc", ["CidrBlock": block]).refused(
            400, "InvalidCidrBlock.Malformed", "The specified CIDR block is malformed.")
    }

    @Test(arguments: [
        (["VpcName": "-x"], 400, "InvalidName.Malformed"), (["VpcName": "http://x"], 400, "InvalidName.Malformed"),
        (["Description": "<b>"], 400, "InvalidDescription.Malformed"),
        (["DnsServers.1": "resolver"], 400, "InvalidParameter.DnsServers"),
        (["EnableIpv6": "maybe"], 400, "InvalidParameter.EnableIpv6"),
        (["Ipv6CidrBlock": "fd00::/56"], 400, "InvalidParameter.Ipv6CidrBlock"),
        (["Ipv6MaskLen": "56"], 400, "InvalidParameter.Ipv6MaskLen"),
        (["EnableIpv6": "false", "Ipv6Isp": "BGP"], 400, "InvalidParameter.Ipv6Isp"),
        (["EnableIpv6": "true", "Ipv6MaskLen": "64"], 400, "InvalidParameter.Ipv6MaskLen"),
        (["EnableIpv6": "true", "Ipv6Isp": "Pigeon"], 400, "InvalidParameter.Ipv6Isp"),
        (["EnableIpv6": "true", "Ipv6CidrBlock": "fd00::/64"], 400, "InvalidIpv6CidrBlock.Malformed"),
        (["EnableIpv6": "true", "Ipv6CidrBlock": "fd00::1/56"], 400, "InvalidIpv6CidrBlock.Malformed"),
        (["EnableIpv6": "true", "Ipv6CidrBlock": "fe80::/56"], 400, "InvalidIpv6CidrBlock.Malformed"),
        (["EnableIpv6": "true", "Ipv6CidrBlock": "10.0.0.0/56"], 400, "InvalidIpv6CidrBlock.Malformed"),
        (["EnableIpv6": "true", "DryRun": "true"], 400, "DryRunOperation"),
        (["ProjectName": "nobody"], 404, "InvalidProject.NotFound"), (["DryRun": "true"], 400, "DryRunOperation"),
        (["Tags.2.Key": "gap"], 400, "InvalidTag.Disorder"),
        (["CidrBlock": ""], 400, "MissingParameter.CidrBlock"),
    ])
    func `a VPC is refused and nothing is made`(change: [String: String], status: Int, code: String) async throws {
        let cloud = try TestCloud()
        await cloud.call("CreateVpc", ["CidrBlock": "10.0.0.0/8"].merging(change) { _, new in new })
            .refused(status, code)
        #expect(await cloud.call("DescribeVpcs").result?["TotalCount"] == 0)
    }

    @Test func `six name servers are one too many`() async throws {
        var arguments = ["CidrBlock": "10.0.0.0/8"]
        for number in 1...6 { arguments["DnsServers.\(number)"] = "10.0.0.\(number)" }
        try await TestCloud().call("CreateVpc", arguments).refused(400, "InvalidParameter.DnsServers")
    }

    @Test func `the same token makes one VPC`() async throws {
        let cloud = try TestCloud()
        let arguments = ["CidrBlock": "10.0.0.0/8", "ClientToken": "t1"]
        let first = try await cloud.call("CreateVpc", arguments).text("VpcId")
        #expect(try await cloud.call("CreateVpc", arguments).text("VpcId") == first)
        await cloud.call("CreateVpc", ["CidrBlock": "10.0.0.0/9", "ClientToken": "t1"])
            .refused(400, "IdempotentParameterMismatch")
        #expect(await cloud.call("DescribeVpcs").result?["TotalCount"] == 1)
    }

    @Test(arguments: ["DescribeVpcAttributes", "ModifyVpcAttributes", "DeleteVpc"])
    func `an unknown VPC is 404, and empty in lists`(action: String) async throws {
        let cloud = try TestCloud()
        await cloud.call(action, ["VpcId": "vpc-none"]).refused(
            404, "InvalidVpc.NotFound", "The specified VPC does not exist.")
        await cloud.call(action).refused(400, "MissingParameter.VpcId")
        let list = await cloud.call("DescribeVpcs", ["VpcIds.1": "vpc-none"]).succeeded()
        #expect(list.result?["Vpcs"] == [] && list.result?["NextToken"] == "")
    }

    @Test func `another region's VPC is not found`() async throws {
        let cloud = try TestCloud()
        let id = try await cloud.makeVpc()
        await cloud.call("DeleteVpc", ["VpcId": id], region: "cn-shanghai").refused(404, "InvalidVpc.NotFound")
    }

    @Test func `a VPC with a subnet or a security group stays`() async throws {
        let cloud = try TestCloud()
        let id = try await cloud.makeVpc()
        let subnet = try await cloud.makeSubnet(id)
        await cloud.call("DeleteVpc", ["VpcId": id]).refused(409, "InvalidVpc.InUse", "The specified VPC is in use.")
        await cloud.call("DeleteSubnet", ["SubnetId": subnet]).succeeded()
        let group = try await cloud.makeGroup(id)
        await cloud.call("DeleteVpc", ["VpcId": id]).refused(409, "InvalidVpc.InUse")
        await cloud.call("DeleteSecurityGroup", ["SecurityGroupId": group]).succeeded()
        try await cloud.settle()
        await cloud.call("DeleteVpc", ["VpcId": id]).succeeded()
    }

    @Test func `deleting a VPC ends the flow log on it`() async throws {
        let cloud = try TestCloud()
        let id = try await cloud.makeVpc()
        let log = try await cloud.seedFlowLog(["ResourceId": id])
        await cloud.call("DeleteVpc", ["VpcId": id]).succeeded()
        #expect(try await cloud.find(FlowLog.self, log)?.status == .deleting)
        try await cloud.settle()
        #expect(try await cloud.find(FlowLog.self, log) == nil)
    }

    @Test func `all filters combine, and pages go both ways`() async throws {
        let cloud = try TestCloud()
        var ids: [String] = []
        for number in 0..<5 { ids.append(try await cloud.makeVpc("10.\(number).0.0/16", ["VpcName": "n\(number)"])) }
        func listed(_ arguments: [String: String]) async -> [String] {
            let reply = await cloud.call("DescribeVpcs", arguments).succeeded()
            return reply.result?["Vpcs"]?.elements.compactMap { $0["VpcId"]?.text } ?? []
        }
        #expect(await listed(["VpcName": "n3"]) == [ids[3]])
        #expect(await listed(["VpcName": "n3", "VpcIds.1": ids[2]]) == [])
        #expect(await listed(["IsDefault": "true"]) == [])
        #expect(await listed(["IsDefault": "false"]).count == 5)
        #expect(await listed(["VpcOwnerId": "2100000001"]).count == 5)
        #expect(await listed(["VpcOwnerId": "7"]) == [])
        #expect(await listed(["PageNumber": "2", "PageSize": "2"]) == [ids[2], ids[1]])
        let page = await cloud.call("DescribeVpcs", ["MaxResults": "3"]).succeeded()
        let token = try page.text("NextToken")
        #expect(page.result?["TotalCount"] == 5)
        #expect(await listed(["MaxResults": "3", "NextToken": token]) == [ids[1], ids[0]])
        await cloud.call("DescribeVpcs", ["VpcName": "n1", "NextToken": token])
            .refused(400, "InvalidNextToken.Malformed")
        await cloud.call("DescribeVpcs", ["PageSize": "0"]).refused(400, "InvalidParameter.PageSize")
    }
}
