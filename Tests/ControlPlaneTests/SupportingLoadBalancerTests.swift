import Model
import Testing

@Suite struct SupportingLoadBalancerTests {
    private static func clb(_ cloud: TestCloud, _ action: String, _ arguments: [String: String]) async -> Reply {
        await cloud.call(action, arguments, service: "clb")
    }

    @Test func `a CLB is made on an ENI of the service's own, and takes it along`() async throws {
        let cloud = try TestCloud()
        let vpc = try await cloud.makeVpc()
        let subnet = try await cloud.makeSubnet(vpc)
        let made = await Self.clb(
            cloud, "CreateLoadBalancer",
            [
                "RegionId": "cn-beijing", "Type": "private", "SubnetId": subnet, "LoadBalancerName": "front",
                "EniAddress": "10.0.1.88", "Tags.1.Key": "k", "LoadBalancerSpec": "medium_1",
            ]
        ).succeeded()
        let id = try made.text("LoadBalancerId")
        #expect(made.result?["OrderId"] == "" && id.hasPrefix("clb-"))
        let fresh = try await Self.clb(cloud, "DescribeLoadBalancers", [:]).only("LoadBalancers")
        #expect(fresh["Status"] == "Creating")
        try await cloud.settle()
        let list = await Self.clb(cloud, "DescribeLoadBalancers", ["LoadBalancerIds.1": id]).succeeded()
        let shown = try list.only("LoadBalancers")
        let eni = try #require(shown["EniID"]?.text)
        let view: JSON = [
            "LoadBalancerId": .text(id), "LoadBalancerName": "front", "Description": "", "AccountId": "2100000001",
            "Type": "private", "Status": "Active", "BusinessStatus": "Normal", "LockReason": "", "VpcId": .text(vpc),
            "SubnetId": .text(subnet), "EniID": .text(eni), "EniAddress": "10.0.1.88",
            "EniAddresses": [["EniAddress": "10.0.1.88", "EipAddress": "", "EipId": ""]],
            "MasterZoneId": "cn-beijing-a", "SlaveZoneId": "cn-beijing-b", "LoadBalancerSpec": "medium_1",
            "LoadBalancerBillingType": 2, "ProjectName": "default", "Tags": [["Key": "k", "Value": ""]],
            "CreateTime": .text(TestCloud.startText), "UpdateTime": .text(TestCloud.startText),
            "AddressIpVersion": "ipv4", "BypassSecurityGroupEnabled": "off", "DeletedTime": "", "EipAddress": "",
            "EipID": "", "EniAddressNum": 1, "EniIpv6Address": "", "ExclusiveClusterId": "", "ExpiredTime": "",
            "Ipv6EipId": "", "ModificationProtectionReason": "", "ModificationProtectionStatus": "NonProtection",
            "NewArch": false, "OverdueTime": "", "ServiceManaged": false, "TimestampRemoveEnabled": "off",
        ]
        #expect(shown == view)
        #expect(list.result?["TotalCount"] == 1 && list.result?["PageNumber"] == 1 && list.result?["PageSize"] == 10)
        let alone = await Self.clb(cloud, "DescribeLoadBalancerAttributes", ["LoadBalancerId": id]).succeeded()
        #expect(alone.result?["Listeners"] == [] && alone.result?["ServerGroups"] == [])
        #expect(
            alone.result?.without(
                "RequestId", "Listeners", "ServerGroups", "Enabled", "AccessLog", "AllowedPorts", "Eip",
                "Ipv6AddressBandwidth", "LogTopicId") == view)

        let interface = try await cloud.interface(eni)
        #expect(interface["ServiceManaged"] == true && interface["PrimaryIpAddress"] == "10.0.1.88")
        let managed = ["NetworkInterfaceId": eni, "InstanceId": "i-1"]
        for action in [
            "AttachNetworkInterface", "DetachNetworkInterface", "ModifyNetworkInterfaceAttributes",
            "DeleteNetworkInterface",
        ] {
            await cloud.call(action, managed).refused(400, "InvalidNetworkInterface.InvalidType")
        }
        await Self.clb(cloud, "DeleteLoadBalancer", ["LoadBalancerId": id]).succeeded()
        await Self.clb(cloud, "DeleteLoadBalancer", ["LoadBalancerId": id])
            .refused(400, "InvalidLoadBalancer.InvalidStatus")
        try await cloud.settle()
        #expect(await Self.clb(cloud, "DescribeLoadBalancers", [:]).succeeded().result?["LoadBalancers"] == [])
        #expect(try await cloud.find(NetworkInterface.self, eni) == nil)
    }

    @Test func `a CLB that backs a mirror target stays`() async throws {
        let cloud = try TestCloud()
        let id = try await cloud.makeLoadBalancer(cloud.makeSubnet(cloud.makeVpc()))
        let target = try await cloud.call(
            "CreateTrafficMirrorTarget", ["InstanceType": "ClbInstance", "InstanceId": id]
        ).text("TrafficMirrorTargetId")
        try await cloud.settle()
        await Self.clb(cloud, "DeleteLoadBalancer", ["LoadBalancerId": id]).refused(409, "InvalidLoadBalancer.InUse")
        await cloud.call("DeleteTrafficMirrorTarget", ["TrafficMirrorTargetId": target]).succeeded()
        try await cloud.settle()
        await Self.clb(cloud, "DeleteLoadBalancer", ["LoadBalancerId": id]).succeeded()
    }

    @Test(arguments: [
        (["RegionId": "mars"], 400, "InvalidParameter.RegionId"), (["Type": "public"], 400, "InvalidParameter.Type"),
        (["Type": "other"], 400, "InvalidParameter.Type"), (["SubnetId": "subnet-none"], 404, "InvalidSubnet.NotFound"),
        (["VpcId": "vpc-other"], 400, "InvalidParameter.VpcId"),
        (["EniAddress": "10.0.2.2"], 400, "InvalidPrivateIp.Malformed"),
        (["EniAddress": "10.0.1.9"], 409, "InvalidPrivateIp.InUse"),
        (["LoadBalancerSpec": "huge"], 400, "InvalidParameter.LoadBalancerSpec"),
        (["LoadBalancerBillingType": "4"], 400, "InvalidParameter.LoadBalancerBillingType"),
        (["MasterZoneId": "mars-a"], 400, "InvalidParameter.MasterZoneId"),
        (["SlaveZoneId": "cn-beijing-a"], 400, "InvalidParameter.SlaveZoneId"),
        (["AddressIpVersion": "DualStack"], 400, "InvalidParameter.AddressIpVersion"),
        (["EniAddressNum": "2"], 400, "InvalidParameter.EniAddressNum"),
        (["ProjectName": "nobody"], 404, "InvalidProject.NotFound"),
        (["LoadBalancerName": "a b"], 400, "InvalidName.Malformed"),
        (["RegionId": ""], 400, "MissingParameter.RegionId"), (["Type": ""], 400, "MissingParameter.Type"),
        (["SubnetId": ""], 400, "MissingParameter.SubnetId"),
    ])
    func `a CLB is refused and takes no address`(change: [String: String], status: Int, code: String) async throws {
        let cloud = try TestCloud()
        let subnet = try await cloud.makeSubnet(cloud.makeVpc())
        _ = try await cloud.makeInterface(subnet, ["PrimaryIpAddress": "10.0.1.9"])
        let arguments = ["RegionId": "cn-beijing", "Type": "private", "SubnetId": subnet]
        await Self.clb(cloud, "CreateLoadBalancer", arguments.merging(change) { _, new in new }).refused(status, code)
        #expect(try await cloud.call("DescribeSubnets").only("Subnets")["AvailableIpAddressCount"] == 251)
    }

    @Test(arguments: ["DescribeLoadBalancerAttributes", "DeleteLoadBalancer"])
    func `an unknown CLB is 404`(action: String) async throws {
        let cloud = try TestCloud()
        await Self.clb(cloud, action, ["LoadBalancerId": "clb-none"]).refused(404, "InvalidLoadBalancer.NotFound")
        await Self.clb(cloud, action, [:]).refused(400, "MissingParameter.LoadBalancerId")
    }

    @Test func `CLBs are found by each filter`() async throws {
        let cloud = try TestCloud()
        let vpc = try await cloud.makeVpc()
        let id = try await cloud.makeLoadBalancer(
            cloud.makeSubnet(vpc),
            ["LoadBalancerName": "one", "EniAddress": "10.0.1.88", "MasterZoneId": "cn-beijing-c", "Tags.1.Key": "k"])
        _ = try await cloud.makeLoadBalancer(cloud.makeSubnet(cloud.makeVpc()))
        for filter in [
            ["LoadBalancerIds.1": id], ["LoadBalancerName": "one"], ["VpcId": vpc], ["EniAddress": "10.0.1.88"],
            ["MasterZoneId": "cn-beijing-c"], ["TagFilters.1.Key": "k"],
        ] {
            let found = try await Self.clb(cloud, "DescribeLoadBalancers", filter).succeeded().only("LoadBalancers")
            #expect(found["LoadBalancerId"] == .text(id), "\(filter)")
        }
        let both = await Self.clb(
            cloud, "DescribeLoadBalancers", ["AddressIpVersion": "ipv4", "Type": "private", "Status": "Active"])
        #expect(both.result?["TotalCount"] == 2)
        for filter in [
            ["AddressIpVersion": "DualStack"], ["EipAddress": "1.2.3.4"], ["InstanceIds.1": "i-1"],
            ["InstanceIps.1": "10.0.0.1"], ["Type": "public"], ["ProjectName": "x"],
        ] {
            let none = await Self.clb(cloud, "DescribeLoadBalancers", filter).succeeded()
            #expect(none.result?["LoadBalancers"] == [], "\(filter)")
        }
    }
}
