import Model
import Testing

@Suite struct SupportingSubnetTests {
    @Test func `a subnet is made, shown, changed and deleted`() async throws {
        let cloud = try TestCloud()
        let vpc = try await cloud.makeVpc()
        let table = try await cloud.call("DescribeVpcs").only("Vpcs")["RouteTableIds"]?.elements.first
        let id = try await cloud.makeSubnet(vpc, "10.0.7.0/24", ["SubnetName": "front", "Tags.1.Key": "k"])
        let view: JSON = [
            "SubnetId": .text(id), "SubnetName": "front", "Description": "", "AccountId": "2100000001",
            "VpcId": .text(vpc), "ZoneId": "cn-beijing-a", "CidrBlock": "10.0.7.0/24", "Ipv6CidrBlock": "",
            "Status": "Available", "IsDefault": false, "ProjectName": "default", "AvailableIpAddressCount": 252,
            "TotalIpv4Count": 256, "NetworkAclId": "",
            "RouteTable": ["RouteTableId": table ?? .null, "RouteTableType": "System"],
            "Tags": [["Key": "k", "Value": ""]], "CreationTime": .text(TestCloud.startText),
            "UpdateTime": .text(TestCloud.startText),
        ]
        let list = await cloud.call("DescribeSubnets", ["VpcId": vpc]).succeeded()
        #expect(
            list.result?.without("RequestId") == [
                "Subnets": [view], "TotalCount": 1, "PageNumber": 1, "PageSize": 10, "NextToken": "",
            ])
        let alone = await cloud.call("DescribeSubnetAttributes", ["SubnetId": id]).succeeded()
        #expect(alone.result?.without("RequestId") == view)
        #expect(try await cloud.call("DescribeVpcs").only("Vpcs")["SubnetIds"] == [.text(id)])

        await cloud.call("ModifySubnetAttributes", ["SubnetId": id, "SubnetName": "back", "EnableIpv6": "false"])
            .succeeded()
        let changed = await cloud.call("DescribeSubnetAttributes", ["SubnetId": id])
        #expect(changed.result?["SubnetName"] == "back" && changed.result?["Status"] == "Pending")
        try await cloud.settle()
        await cloud.call("DeleteSubnet", ["SubnetId": id]).succeeded()
        await cloud.call("DeleteSubnet", ["SubnetId": id]).refused(400, "InvalidSubnet.InvalidStatus")
        await cloud.call("ModifySubnetAttributes", ["SubnetId": id]).refused(400, "InvalidSubnet.InvalidStatus")
        await cloud.call("CreateNetworkInterface", ["SubnetId": id]).refused(400, "InvalidSubnet.InvalidStatus")
        try await cloud.settle()
        #expect(await cloud.call("DescribeSubnets", ["SubnetIds.1": id]).succeeded().result?["Subnets"] == [])
    }

    @Test(arguments: [
        ("10.1.0.0/24", 400, "InvalidCidrBlock.Malformed"), ("10.0.0.0/15", 400, "InvalidCidrBlock.Malformed"),
        ("10.0.2.1/24", 400, "InvalidCidrBlock.Malformed"), ("10.0.2.0/30", 400, "InvalidCidrBlock.Malformed"),
        ("10.0.1.128/25", 409, "InvalidCidrBlock.Conflict"), ("10.0.0.0/16", 409, "InvalidCidrBlock.Conflict"),
    ])
    func `a subnet lies inside its VPC and beside the others`(block: String, status: Int, code: String) async throws {
        let cloud = try TestCloud()
        let vpc = try await cloud.makeVpc()
        _ = try await cloud.makeSubnet(vpc, "10.0.1.0/24")
        await cloud.call("CreateSubnet", ["VpcId": vpc, "CidrBlock": block, "ZoneId": "cn-beijing-b"])
            .refused(status, code)
    }

    @Test func `a subnet needs a VPC that is there, made, and a zone of the region`() async throws {
        let cloud = try TestCloud()
        let vpc = try await cloud.call("CreateVpc", ["CidrBlock": "10.0.0.0/16"]).text("VpcId")
        var arguments = ["VpcId": vpc, "CidrBlock": "10.0.1.0/24", "ZoneId": "cn-beijing-a"]
        await cloud.call("CreateSubnet", arguments).refused(
            400, "InvalidVpc.InvalidStatus", "The specified VPC is not in the correct status for the request.")
        try await cloud.settle()
        arguments["ZoneId"] = "mars-a"
        await cloud.call("CreateSubnet", arguments).refused(404, "InvalidZone.NotFound")
        arguments["ZoneId"] = "cn-beijing-a"
        arguments["Ipv6CidrBlock"] = "7"
        await cloud.call("CreateSubnet", arguments).refused(400, "InvalidVpc.DisableIpv6")
        arguments["Ipv6CidrBlock"] = nil
        arguments["VpcId"] = "vpc-none"
        await cloud.call("CreateSubnet", arguments).refused(404, "InvalidVpc.NotFound")
        for name in ["VpcId", "CidrBlock", "ZoneId"] {
            var less = arguments
            less[name] = nil
            await cloud.call("CreateSubnet", less).refused(400, "MissingParameter.\(name)")
        }
    }

    @Test(arguments: ["DescribeSubnetAttributes", "ModifySubnetAttributes", "DeleteSubnet"])
    func `an unknown subnet is 404, and empty in lists`(action: String) async throws {
        let cloud = try TestCloud()
        await cloud.call(action, ["SubnetId": "subnet-none"]).refused(404, "InvalidSubnet.NotFound")
        await cloud.call(action).refused(400, "MissingParameter.SubnetId")
        #expect(await cloud.call("DescribeSubnets", ["SubnetIds.1": "x"]).succeeded().result?["Subnets"] == [])
    }

    @Test func `a subnet with an ENI or a CLB stays, and ends its flow log when it goes`() async throws {
        let cloud = try TestCloud()
        let subnet = try await cloud.makeSubnet(cloud.makeVpc())
        let interface = try await cloud.makeInterface(subnet)
        await cloud.call("DeleteSubnet", ["SubnetId": subnet]).refused(409, "InvalidSubnet.InUse")
        await cloud.call("DeleteNetworkInterface", ["NetworkInterfaceId": interface]).succeeded()
        let balancer = try await cloud.makeLoadBalancer(subnet)
        await cloud.call("DeleteSubnet", ["SubnetId": subnet]).refused(409, "InvalidSubnet.InUse")
        await cloud.call("DeleteLoadBalancer", ["LoadBalancerId": balancer], service: "clb").succeeded()
        try await cloud.settle()
        let log = try await cloud.seedFlowLog(["ResourceType": "subnet", "ResourceId": subnet])
        await cloud.call("DeleteSubnet", ["SubnetId": subnet]).succeeded()
        try await cloud.settle()
        #expect(try await cloud.find(FlowLog.self, log) == nil)
    }

    @Test func `subnets are found by each filter`() async throws {
        let cloud = try TestCloud()
        let vpc = try await cloud.makeVpc()
        let other = try await cloud.makeVpc()
        let table = try await cloud.call("DescribeVpcs", ["VpcIds.1": vpc]).only("Vpcs")["RouteTableIds"]?.elements
            .first?.text
        let id = try await cloud.makeSubnet(vpc, "10.0.1.0/24", ["SubnetName": "one", "ZoneId": "cn-beijing-b"])
        _ = try await cloud.makeSubnet(other)
        for filter in [
            ["SubnetName": "one"], ["VpcId": vpc], ["ZoneId": "cn-beijing-b"], ["RouteTableId": table ?? ""],
            ["SubnetIds.1": id],
        ] {
            let found = try await cloud.call("DescribeSubnets", filter).succeeded().only("Subnets")
            #expect(found["SubnetId"] == .text(id), "\(filter)")
        }
        for filter in [
            ["RouteTableId": "vtb-none"], ["IsDefault": "true"], ["SubnetOwnerId": "1"], ["ProjectName": "x"],
        ] {
            #expect(await cloud.call("DescribeSubnets", filter).succeeded().result?["Subnets"] == [], "\(filter)")
        }
    }
}
