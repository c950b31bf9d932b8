import ControlPlane
import Model
import Testing

@Suite struct SupportingNetworkInterfaceTests {
    @Test func `an ENI shows everything in the documented shape`() async throws {
        let cloud = try TestCloud()
        let vpc = try await cloud.makeVpc("10.0.0.0/16", ["VpcName": "net"])
        let subnet = try await cloud.makeSubnet(vpc)
        let group = try await cloud.makeGroup(vpc)
        let id = try await cloud.makeInterface(
            subnet,
            [
                "NetworkInterfaceName": "front", "PrimaryIpAddress": "10.0.1.77", "PrivateIpAddress.1": "10.0.1.2",
                "SecurityGroupIds.1": group, "Tags.1.Key": "role", "Tags.1.Value": "web", "UdpTimeout": "99",
                "PortSecurityEnabled": "true",
            ])
        let elastic: JSON = ["AllocationId": "", "EipAddress": "", "ReleaseWithInstance": false]
        let shown = try await cloud.interface(id)
        let mac = try #require(shown["MacAddress"]?.text)
        // Locally administered, unicast.
        #expect(mac.count == 17 && mac.hasPrefix("02:"))
        let view: JSON = [
            "NetworkInterfaceId": .text(id), "NetworkInterfaceName": "front", "Description": "",
            "AccountId": "2100000001", "VpcId": .text(vpc), "VpcName": "net", "SubnetId": .text(subnet),
            "ZoneId": "cn-beijing-a", "Type": "secondary", "Status": "Available", "DeviceId": "",
            "Attachment": ["InstanceId": "", "DeleteOnTermination": false], "MacAddress": .text(mac),
            "PrimaryIpAddress": "10.0.1.77",
            "PrivateIpSets": [
                "PrivateIpSet": [
                    ["PrivateIpAddress": "10.0.1.77", "Primary": true, "AssociatedElasticIp": elastic],
                    ["PrivateIpAddress": "10.0.1.2", "Primary": false, "AssociatedElasticIp": elastic],
                ]
            ], "IPv6Sets": [], "SecurityGroupIds": [.text(group)], "PortSecurityEnabled": true,
            "ServiceManaged": false, "TcpEstablishedTimeout": 600, "TcpClosedAndTimeWaitTimeout": 10,
            "UdpTimeout": 99, "ProjectName": "default", "Tags": [["Key": "role", "Value": "web"]],
            "CreatedAt": .text(TestCloud.startText), "UpdatedAt": .text(TestCloud.startText),
            "AssociatedElasticIp": elastic,
        ]
        #expect(shown == view)
        let alone = await cloud.call("DescribeNetworkInterfaceAttributes", ["NetworkInterfaceId": id]).succeeded()
        #expect(alone.result?.without("RequestId") == view)
    }

    @Test func `an ENI is attached, detached and deleted`() async throws {
        let cloud = try TestCloud()
        let subnet = try await cloud.makeSubnet(cloud.makeVpc())
        let id = try await cloud.call("CreateNetworkInterface", ["SubnetId": subnet]).text("NetworkInterfaceId")
        let pair = ["NetworkInterfaceId": id, "InstanceId": "i-web1"]
        await cloud.call("AttachNetworkInterface", pair).refused(
            400, "InvalidEni.InvalidStatus",
            "The specified elastic network interface is not in the correct status for the request.")
        try await cloud.settle()
        await cloud.call("AttachNetworkInterface", pair.merging(["DeleteOnTermination": "true"]) { _, new in new })
            .succeeded()
        #expect(try await cloud.interface(id)["Status"] == "Attaching")
        await cloud.call("DetachNetworkInterface", pair).refused(400, "InvalidEni.InvalidStatus")
        try await cloud.settle()
        let attached = try await cloud.interface(id)
        #expect(attached["Status"] == "InUse" && attached["DeviceId"] == "i-web1")
        #expect(attached["Attachment"] == ["InstanceId": "i-web1", "DeleteOnTermination": true])
        await cloud.call("AttachNetworkInterface", pair).refused(400, "InvalidEni.InvalidStatus")
        await cloud.call("DeleteNetworkInterface", ["NetworkInterfaceId": id]).refused(400, "InvalidEni.InvalidStatus")
        await cloud.call("DetachNetworkInterface", ["NetworkInterfaceId": id, "InstanceId": "i-web2"]).refused(
            400, "InvalidEni.InstanceMismatch",
            "The specified elastic network interface is not attached to the specified instance.")

        await cloud.call("DetachNetworkInterface", pair).succeeded()
        let detaching = try await cloud.interface(id)
        #expect(detaching["Status"] == "Detaching" && detaching["DeviceId"] == "")
        await cloud.call("DeleteNetworkInterface", ["NetworkInterfaceId": id]).refused(400, "InvalidEni.InvalidStatus")
        try await cloud.settle()
        #expect(try await cloud.interface(id)["Status"] == "Available")
        await cloud.call("DetachNetworkInterface", pair).refused(400, "InvalidEni.InstanceMismatch")
        await cloud.call("DeleteNetworkInterface", ["NetworkInterfaceId": id]).succeeded()
        await cloud.call("DeleteNetworkInterface", ["NetworkInterfaceId": id]).refused(400, "InvalidEni.InvalidStatus")
        await cloud.call("ModifyNetworkInterfaceAttributes", ["NetworkInterfaceId": id])
            .refused(400, "InvalidEni.InvalidStatus")
        try await cloud.settle()
        let gone = await cloud.call("DescribeNetworkInterfaces", ["NetworkInterfaceIds.1": id]).succeeded()
        #expect(gone.result?["NetworkInterfaceSets"] == [])
    }

    @Test func `addresses are the lowest free ones, unique, and run out`() async throws {
        let cloud = try TestCloud()
        let subnet = try await cloud.makeSubnet(cloud.makeVpc(), "10.0.9.0/29")
        var addresses: [String?] = []
        var macs: Set<String> = []
        for _ in 0..<4 {
            let shown = try await cloud.interface(cloud.makeInterface(subnet))
            addresses.append(shown["PrimaryIpAddress"]?.text)
            macs.insert(shown["MacAddress"]?.text ?? "")
        }
        // .0 the network, .1 the gateway, .6 and .7 the last two.
        #expect(addresses == ["10.0.9.2", "10.0.9.3", "10.0.9.4", "10.0.9.5"])
        #expect(macs.count == 4)
        await cloud.call("CreateNetworkInterface", ["SubnetId": subnet]).refused(400, "InsufficientIpInSubnet")
        let full = try await cloud.call("DescribeSubnets", ["SubnetIds.1": subnet]).only("Subnets")
        #expect(full["AvailableIpAddressCount"] == 0 && full["TotalIpv4Count"] == 8)
    }

    @Test func `a deleted ENI's address is free again once it is gone`() async throws {
        let cloud = try TestCloud()
        let subnet = try await cloud.makeSubnet(cloud.makeVpc())
        let id = try await cloud.makeInterface(subnet, ["PrimaryIpAddress": "10.0.1.9"])
        await cloud.call("DeleteNetworkInterface", ["NetworkInterfaceId": id]).succeeded()
        let again = ["SubnetId": subnet, "PrimaryIpAddress": "10.0.1.9"]
        await cloud.call("CreateNetworkInterface", again).refused(409, "InvalidPrivateIp.InUse")
        try await cloud.settle()
        await cloud.call("CreateNetworkInterface", again).succeeded()
    }

    @Test func `automatic addresses leave the named ones alone`() async throws {
        let cloud = try TestCloud()
        let subnet = try await cloud.makeSubnet(cloud.makeVpc())
        let id = try await cloud.makeInterface(subnet, ["PrivateIpAddress.1": "10.0.1.2"])
        #expect(try await cloud.interface(id)["PrimaryIpAddress"] == "10.0.1.3")
        let other = try await cloud.makeInterface(subnet, ["SecondaryPrivateIpAddressCount": "49"])
        #expect(try await cloud.interface(other)["PrivateIpSets"]?["PrivateIpSet"]?.elements.count == 50)
    }

    @Test(arguments: [
        (["PrimaryIpAddress": "10.0.2.5"], 400, "InvalidPrivateIp.Malformed"),
        (["PrimaryIpAddress": "10.0.1.0"], 400, "InvalidPrivateIp.Malformed"),
        (["PrimaryIpAddress": "10.0.1.1"], 400, "InvalidPrivateIp.Malformed"),
        (["PrimaryIpAddress": "10.0.1.254"], 400, "InvalidPrivateIp.Malformed"),
        (["PrimaryIpAddress": "10.0.1.255"], 400, "InvalidPrivateIp.Malformed"),
        (["PrimaryIpAddress": "x"], 400, "InvalidPrivateIp.Malformed"),
        (["PrimaryIpAddress": "10.0.1.9"], 409, "InvalidPrivateIp.InUse"),
        (["PrivateIpAddress.1": "10.0.1.9"], 409, "InvalidPrivateIp.InUse"),
        (["PrivateIpAddress.1": "10.0.1.8", "PrivateIpAddress.2": "10.0.1.8"], 409, "InvalidPrivateIp.InUse"),
        (["SecondaryPrivateIpAddressCount": "50"], 400, "InvalidParameter.SecondaryPrivateIpAddressCount"),
        (
            ["SecondaryPrivateIpAddressCount": "1", "PrivateIpAddress.1": "10.0.1.8"], 400,
            "InvalidParameter.SecondaryPrivateIpAddressCount"
        ), (["Ipv6AddressCount": "1"], 400, "InvalidSubnet.DisableIpv6"),
        (["Ipv6Address.1": "fd00::1"], 400, "InvalidSubnet.DisableIpv6"),
        (["Ipv6Address.1": "10.0.1.8"], 400, "InvalidIpv6.Malformed"),
        (["SubnetId": "subnet-none"], 404, "InvalidSubnet.NotFound"),
        (["SecurityGroupIds.1": "sg-none"], 404, "InvalidSecurityGroup.NotFound"),
        (["ProjectName": "nobody"], 404, "InvalidProject.NotFound"),
        (["UdpTimeout": "0"], 400, "InvalidParameter.UdpTimeout"),
        (["NetworkInterfaceName": "a b"], 400, "InvalidName.Malformed"),
    ])
    func `an ENI is refused and no address is lost`(change: [String: String], status: Int, code: String) async throws {
        let cloud = try TestCloud()
        let subnet = try await cloud.makeSubnet(cloud.makeVpc())
        _ = try await cloud.makeInterface(subnet, ["PrimaryIpAddress": "10.0.1.9"])
        await cloud.call("CreateNetworkInterface", ["SubnetId": subnet].merging(change) { _, new in new })
            .refused(status, code)
        #expect(try await cloud.call("DescribeSubnets").only("Subnets")["AvailableIpAddressCount"] == 251)
    }

    @Test func `an ENI has at most 50 addresses`() async throws {
        let cloud = try TestCloud()
        let subnet = try await cloud.makeSubnet(cloud.makeVpc())
        var arguments = ["SubnetId": subnet]
        for number in 1...50 { arguments["PrivateIpAddress.\(number)"] = "10.0.1.\(100 + number)" }
        await cloud.call("CreateNetworkInterface", arguments).refused(400, "LimitExceeded.PrivateIpsPerEni")
    }

    @Test func `an ENI's groups are of its VPC, each once, and within the limits`() async throws {
        let cloud = try TestCloud { settings in
            settings.quotas.securityGroupsPerInterface = 2
            settings.quotas.addressesPerSecurityGroup = 3
        }
        let vpc = try await cloud.makeVpc()
        let subnet = try await cloud.makeSubnet(vpc)
        let foreign = try await cloud.makeGroup(cloud.makeVpc())
        var groups: [String] = []
        for _ in 0..<3 { groups.append(try await cloud.makeGroup(vpc)) }
        let three = ["SecurityGroupIds.1": groups[0], "SecurityGroupIds.2": groups[1], "SecurityGroupIds.3": groups[2]]
        let id = try await cloud.makeInterface(subnet, ["SecurityGroupIds.1": groups[0]])
        let create = ("CreateNetworkInterface", ["SubnetId": subnet])
        for (action, base) in [create, ("ModifyNetworkInterfaceAttributes", ["NetworkInterfaceId": id])] {
            func call(_ more: [String: String]) async -> Reply {
                await cloud.call(action, base.merging(more) { _, new in new })
            }
            await call(["SecurityGroupIds.1": foreign]).refused(400, "InvalidParameter.SecurityGroupIds")
            await call(["SecurityGroupIds.1": groups[0], "SecurityGroupIds.2": groups[0]])
                .refused(400, "InvalidParameter.SecurityGroupIds")
            await call(three).refused(400, "QuotaExceeded.EniSecurityGroup")
        }
        await cloud.call(
            "CreateNetworkInterface",
            ["SubnetId": subnet, "SecurityGroupIds.1": groups[0], "SecondaryPrivateIpAddressCount": "2"]
        ).refused(400, "QuotaExceeded.SecurityGroupIp")
        await cloud.call(
            "ModifyNetworkInterfaceAttributes",
            ["NetworkInterfaceId": id, "SecurityGroupIds.1": groups[1], "SecurityGroupIds.2": groups[0]]
        ).succeeded()
        #expect(try await cloud.interface(id)["SecurityGroupIds"] == [.text(groups[1]), .text(groups[0])])
    }

    @Test func `an ENI's name, settings and groups change at once`() async throws {
        let cloud = try TestCloud()
        let id = try await cloud.makeInterface(cloud.makeSubnet(cloud.makeVpc()), instance: "i-1")
        cloud.pass(seconds: 1)
        await cloud.call(
            "ModifyNetworkInterfaceAttributes",
            [
                "NetworkInterfaceId": id, "NetworkInterfaceName": "back", "Description": "d",
                "PortSecurityEnabled": "true", "DeleteOnTermination": "true", "TcpEstablishedTimeout": "700",
                "TcpClosedAndTimeWaitTimeout": "7", "UdpTimeout": "70",
            ]
        ).succeeded()
        let shown = try await cloud.interface(id)
        #expect(shown["Status"] == "InUse" && shown["NetworkInterfaceName"] == "back" && shown["Description"] == "d")
        #expect(shown["PortSecurityEnabled"] == true && shown["Attachment"]?["DeleteOnTermination"] == true)
        #expect(shown["TcpEstablishedTimeout"] == 700 && shown["TcpClosedAndTimeWaitTimeout"] == 7)
        #expect(shown["UdpTimeout"] == 70 && shown["UpdatedAt"] == "2024-01-15T16:30:01+08:00")
    }

    @Test func `ENIs are found by each filter`() async throws {
        let cloud = try TestCloud()
        let vpc = try await cloud.makeVpc()
        let group = try await cloud.makeGroup(vpc)
        let subnet = try await cloud.makeSubnet(vpc)
        let id = try await cloud.makeInterface(
            subnet, instance: "i-one",
            [
                "NetworkInterfaceName": "one", "PrimaryIpAddress": "10.0.1.50", "PrivateIpAddress.1": "10.0.1.60",
                "SecurityGroupIds.1": group, "Tags.1.Key": "k", "Tags.1.Value": "v",
            ])
        let zoneB = try await cloud.makeSubnet(cloud.makeVpc(), "10.0.3.0/24", ["ZoneId": "cn-beijing-b"])
        _ = try await cloud.makeInterface(zoneB)
        for filter in [
            ["NetworkInterfaceIds.1": id], ["NetworkInterfaceName": "one"], ["InstanceId": "i-one"],
            ["SubnetId": subnet], ["VpcId": vpc], ["ZoneId": "cn-beijing-a"], ["SecurityGroupId": group],
            ["Status": "InUse"], ["PrimaryIpAddresses.1": "10.0.1.50"], ["PrivateIpAddresses.1": "10.0.1.50"],
            ["PrivateIpAddresses.1": "10.0.1.60"], ["TagFilters.1.Key": "k", "TagFilters.1.Values.1": "v"],
        ] {
            let found = try await cloud.call("DescribeNetworkInterfaces", filter).succeeded()
                .only("NetworkInterfaceSets")
            #expect(found["NetworkInterfaceId"] == .text(id), "\(filter)")
        }
        for filter in [
            ["PrimaryIpAddresses.1": "10.0.1.60"], ["Ipv6Addresses.1": "fd00::1"], ["Type": "primary"],
            ["ProjectName": "x"], ["SecurityGroupId": "sg-none"], ["InstanceId": "i-none"],
        ] {
            let reply = await cloud.call("DescribeNetworkInterfaces", filter).succeeded()
            #expect(reply.result?["NetworkInterfaceSets"] == [] && reply.result?["TotalCount"] == 0, "\(filter)")
        }
        await cloud.call("DescribeNetworkInterfaces", ["Type": "x"]).refused(400, "InvalidParameter.Type")
    }

    @Test(arguments: [
        "DescribeNetworkInterfaceAttributes", "ModifyNetworkInterfaceAttributes", "DeleteNetworkInterface",
        "AttachNetworkInterface", "DetachNetworkInterface",
    ])
    func `an unknown ENI is 404`(action: String) async throws {
        let cloud = try TestCloud()
        await cloud.call(action, ["NetworkInterfaceId": "eni-none", "InstanceId": "i-1"])
            .refused(404, "InvalidEniId.NotFound")
        await cloud.call(action, ["InstanceId": "i-1"]).refused(400, "MissingParameter.NetworkInterfaceId")
    }

    @Test func `deleting an ENI ends its sessions and flow logs, but not while a target needs it`() async throws {
        let cloud = try TestCloud()
        let subnet = try await cloud.makeSubnet(cloud.makeVpc())
        let source = try await cloud.makeInterface(subnet, instance: "i-1")
        let collector = try await cloud.makeInterface(subnet, instance: "i-2")
        let target = try await cloud.call(
            "CreateTrafficMirrorTarget", ["InstanceType": "NetworkInterface", "InstanceId": collector]
        ).text("TrafficMirrorTargetId")
        let filter = try await cloud.call("CreateTrafficMirrorFilter").text("TrafficMirrorFilterId")
        try await cloud.settle()
        let session = try await cloud.seedSession((target, filter), ["NetworkInterfaceId": source])
        let log = try await cloud.seedFlowLog(["ResourceType": "eni", "ResourceId": source])
        for (id, instance) in [(source, "i-1"), (collector, "i-2")] {
            await cloud.call("DetachNetworkInterface", ["NetworkInterfaceId": id, "InstanceId": instance]).succeeded()
        }
        try await cloud.settle()
        #expect(try await cloud.find(TrafficMirrorSession.self, session)?.status == .active)
        await cloud.call("DeleteNetworkInterface", ["NetworkInterfaceId": collector])
            .refused(409, "InvalidEni.InUse", "The specified elastic network interface is in use.")
        await cloud.call("DeleteNetworkInterface", ["NetworkInterfaceId": source]).succeeded()
        try await cloud.settle()
        #expect(try await cloud.find(TrafficMirrorSession.self, session) == nil)
        #expect(try await cloud.find(FlowLog.self, log) == nil)
        #expect(try await cloud.find(NetworkInterface.self, source) == nil)
    }
}
