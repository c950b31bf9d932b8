import ControlPlane
import Model
import Store
import Testing

@Suite struct SupportingIPv6Tests {
    private func vpc(_ cloud: TestCloud, _ id: String) async throws -> JSON {
        try await cloud.call("DescribeVpcs", ["VpcIds.1": id]).succeeded().only("Vpcs")
    }

    private func block(_ cloud: TestCloud, _ id: String) async throws -> JSON? {
        try await cloud.call("DescribeSubnets", ["SubnetIds.1": id]).succeeded().only("Subnets")["Ipv6CidrBlock"]
    }

    @Test func `each VPC with IPv6 gets the lowest free block of the pool`() async throws {
        let cloud = try TestCloud()
        var ids: [String] = []
        for _ in 0..<3 { ids.append(try await cloud.makeVpc("10.0.0.0/16", ["EnableIpv6": "true"])) }
        let blocks = ["fd77:6569:7200::/56", "fd77:6569:7200:100::/56", "fd77:6569:7200:200::/56"]
        for (id, block) in zip(ids, blocks) {
            let shown = try await vpc(cloud, id)
            #expect(shown["Ipv6CidrBlock"] == .text(block))
            #expect(shown["Ipv6CidrBlocks"] == [["Ipv6CidrBlock": .text(block), "Ipv6Isp": "BGP"]])
            let alone = await cloud.call("DescribeVpcAttributes", ["VpcId": id]).succeeded()
            #expect(alone.result?["Ipv6CidrBlocks"] == shown["Ipv6CidrBlocks"])
        }
        await cloud.call("DeleteVpc", ["VpcId": ids[1]]).succeeded()
        try await cloud.settle()
        let again = try await cloud.makeVpc("10.0.0.0/16", ["EnableIpv6": "true"])
        #expect(try await vpc(cloud, again)["Ipv6CidrBlock"] == .text(blocks[1]))
    }

    @Test func `a pool that is used up is refused, and the next region has its own`() async throws {
        let cloud = try TestCloud { settings in
            if let pool = IPCIDR("2001:db8:0:fe00::/55") { settings.ipv6Pool = pool }
        }
        let named = ["EnableIpv6": "true", "Ipv6CidrBlock": "2001:db8:0:fe00::/56", "Ipv6MaskLen": "56"]
        _ = try await cloud.makeVpc("10.0.0.0/16", named)
        await cloud.call("CreateVpc", ["CidrBlock": "10.0.0.0/16"].merging(named) { $1 })
            .refused(409, "InvalidIpv6CidrBlock.Conflict")
        let last = try await cloud.makeVpc("10.0.0.0/16", ["EnableIpv6": "true", "Ipv6Isp": "BGP"])
        #expect(try await vpc(cloud, last)["Ipv6CidrBlock"] == "2001:db8:0:ff00::/56")
        let one = ["CidrBlock": "10.0.0.0/16", "EnableIpv6": "true"]
        await cloud.call("CreateVpc", one).refused(400, "QuotaExceeded.Ipv6CidrBlock")
        await cloud.call("CreateVpc", one, region: "cn-shanghai").succeeded()
    }

    @Test func `IPv6 of a VPC is switched on and off`() async throws {
        let cloud = try TestCloud()
        let id = try await cloud.makeVpc()
        func modify(_ change: [String: String]) async -> Reply {
            await cloud.call("ModifyVpcAttributes", ["VpcId": id].merging(change) { $1 })
        }
        await modify(["EnableIpv6": "false"]).succeeded()
        #expect(try await vpc(cloud, id)["Ipv6CidrBlock"] == "")
        await modify(["EnableIpv6": "true"]).succeeded()
        await modify(["EnableIpv6": "true"]).succeeded()
        await modify(["VpcName": "renamed"]).succeeded()
        #expect(try await vpc(cloud, id)["Ipv6CidrBlock"] == "fd77:6569:7200::/56")
        await modify(["Ipv6CidrBlock": "fd00::/56"]).refused(400, "InvalidParameter.Ipv6CidrBlock")
        await modify(["EnableIpv6": "true", "Ipv6CidrBlock": "fd00::/56"]).succeeded()
        #expect(try await vpc(cloud, id)["Ipv6CidrBlock"] == "fd00::/56")
        try await cloud.settle()
        let subnet = try await cloud.makeSubnet(id, "10.0.1.0/24", ["Ipv6CidrBlock": "0"])
        await modify(["EnableIpv6": "false"]).refused(409, "InvalidVpc.InUse")
        await modify(["EnableIpv6": "true", "Ipv6CidrBlock": "fd01::/56"]).refused(409, "InvalidVpc.InUse")
        await cloud.call("ModifySubnetAttributes", ["SubnetId": subnet, "EnableIpv6": "false"]).succeeded()
        await modify(["EnableIpv6": "false"]).succeeded()
        let bare = try await vpc(cloud, id)
        #expect(bare["Ipv6CidrBlock"] == "" && bare["Ipv6CidrBlocks"] == [])
    }

    @Test func `a subnet's block is a numbered part of its VPC's`() async throws {
        let cloud = try TestCloud()
        let id = try await cloud.makeVpc("10.0.0.0/16", ["EnableIpv6": "true"])
        func create(_ number: String, _ third: Int, _ more: [String: String] = [:]) async -> Reply {
            await cloud.call(
                "CreateSubnet",
                [
                    "VpcId": id, "CidrBlock": "10.0.\(third).0/24", "ZoneId": "cn-beijing-a", "Ipv6CidrBlock": number,
                ].merging(more) { $1 })
        }
        let whole = ["VpcIpv6CidrBlock": "fd77:6569:7200::/56"]
        let high = try await create("255", 1, whole).succeeded().text("SubnetId")
        #expect(try await block(cloud, high) == "fd77:6569:7200:ff::/64")
        let low = try await create("0", 2).succeeded().text("SubnetId")
        #expect(try await block(cloud, low) == "fd77:6569:7200::/64")
        await create("255", 3).refused(409, "InvalidIpv6CidrBlock.Conflict")
        await create("7", 3, ["VpcIpv6CidrBlock": "fd00::/56"]).refused(400, "InvalidParameter.VpcIpv6CidrBlock")
        for wrong in ["256", "-1", "x", "fd77:6569:7200::/64"] {
            await create(wrong, 3).refused(400, "InvalidParameter.Ipv6CidrBlock")
        }
        // A subnet has IPv6 only when asked for.
        let plain = try await cloud.makeSubnet(id, "10.0.9.0/24")
        #expect(try await block(cloud, plain) == "")
        let attributes = await cloud.call("DescribeSubnetAttributes", ["SubnetId": high]).succeeded()
        #expect(attributes.result?["Ipv6CidrBlock"] == "fd77:6569:7200:ff::/64")
    }

    @Test func `IPv6 of a subnet is switched on, moved and off while nothing uses it`() async throws {
        let cloud = try TestCloud()
        let subnet = try await cloud.makeSubnet(cloud.makeVpc("10.0.0.0/16", ["EnableIpv6": "true"]))
        func modify(_ change: [String: String]) async -> Reply {
            await cloud.call("ModifySubnetAttributes", ["SubnetId": subnet].merging(change) { $1 })
        }
        await modify(["EnableIpv6": "true"]).succeeded()
        #expect(try await block(cloud, subnet) == "fd77:6569:7200::/64")
        await modify(["Ipv6CidrBlock": "9"]).succeeded()
        await modify(["EnableIpv6": "true"]).succeeded()
        await modify(["SubnetName": "renamed"]).succeeded()
        #expect(try await block(cloud, subnet) == "fd77:6569:7200:9::/64")
        await modify(["EnableIpv6": "false", "Ipv6CidrBlock": "9"]).refused(400, "InvalidParameter.Ipv6CidrBlock")
        try await cloud.settle()
        let interface = try await cloud.makeInterface(subnet, ["Ipv6AddressCount": "1"])
        await modify(["Ipv6CidrBlock": "9"]).succeeded()
        await modify(["Ipv6CidrBlock": "8"]).refused(409, "InvalidSubnet.InUse")
        await modify(["EnableIpv6": "false"]).refused(409, "InvalidSubnet.InUse")
        await cloud.call("DeleteNetworkInterface", ["NetworkInterfaceId": interface]).succeeded()
        try await cloud.settle()
        await modify(["EnableIpv6": "false"]).succeeded()
        #expect(try await block(cloud, subnet) == "")
        try await cloud.settle()
        await cloud.call("CreateNetworkInterface", ["SubnetId": subnet, "Ipv6AddressCount": "1"])
            .refused(400, "InvalidSubnet.DisableIpv6")
        let plain = try await cloud.makeSubnet(cloud.makeVpc())
        await cloud.call("ModifySubnetAttributes", ["SubnetId": plain, "EnableIpv6": "true"])
            .refused(400, "InvalidVpc.DisableIpv6")
    }

    @Test func `an ENI has the IPv6 addresses it names or the lowest free ones, and is found by them`() async throws {
        let cloud = try TestCloud()
        let subnet = try await cloud.makeSubnet(
            cloud.makeVpc("10.0.0.0/16", ["EnableIpv6": "true"]), "10.0.1.0/24", ["Ipv6CidrBlock": "16"])
        let prefix = "fd77:6569:7200:10::"
        // Any spelling of an address is that address.
        let named = try await cloud.makeInterface(
            subnet, ["Ipv6Address.1": "FD77:6569:7200:0010:0:0:0:3", "Ipv6Address.2": "\(prefix)ffff"])
        #expect(try await cloud.interface(named)["IPv6Sets"] == [.text("\(prefix)3"), .text("\(prefix)ffff")])
        let counted = try await cloud.makeInterface(subnet, ["Ipv6AddressCount": "3"])
        let three: JSON = .array(["2", "4", "5"].map { .text(prefix + $0) })
        #expect(try await cloud.interface(counted)["IPv6Sets"] == three)
        let none = try await cloud.makeInterface(subnet, ["Ipv6AddressCount": "0"])
        #expect(try await cloud.interface(none)["IPv6Sets"] == [])

        for text in ["\(prefix)4", "FD77:6569:7200:10:0:0:0:4"] {
            let found = try await cloud.call("DescribeNetworkInterfaces", ["Ipv6Addresses.1": text]).succeeded()
                .only("NetworkInterfaceSets")
            #expect(found["NetworkInterfaceId"] == .text(counted))
        }
        await cloud.call("DescribeNetworkInterfaces", ["Ipv6Addresses.1": "10.0.1.2"])
            .refused(400, "InvalidIpv6.Malformed")
        let attributes = await cloud.call("DescribeNetworkInterfaceAttributes", ["NetworkInterfaceId": counted])
        #expect(attributes.succeeded().result?["IPv6Sets"] == three)
    }

    @Test(arguments: [
        (["Ipv6Address.1": "fd77:6569:7200:1::2"], 400, "InvalidIpv6.Malformed"),
        (["Ipv6Address.1": "fd77:6569:7200::"], 400, "InvalidIpv6.Malformed"),
        (["Ipv6Address.1": "fd77:6569:7200::1"], 400, "InvalidIpv6.Malformed"),
        (["Ipv6Address.1": "fe80::2"], 400, "InvalidIpv6.Malformed"),
        (["Ipv6Address.1": "fd77:6569:7200::2/64"], 400, "InvalidIpv6.Malformed"),
        (["Ipv6Address.1": "10.0.1.9"], 400, "InvalidIpv6.Malformed"),
        (["Ipv6Address.1": "fd77:6569:7200::9"], 409, "InvalidIpv6.InUse"),
        (["Ipv6Address.1": "fd77:6569:7200::8", "Ipv6Address.2": "fd77:6569:7200:0::8"], 409, "InvalidIpv6.InUse"),
        (["Ipv6Address.1": "fd77:6569:7200::8", "Ipv6AddressCount": "1"], 400, "InvalidParameter.Ipv6AddressCount"),
        (["Ipv6AddressCount": "5"], 400, "LimitExceeded.Ipv6AddressesPerEni"),
        (["Ipv6AddressCount": "-1"], 400, "InvalidParameter.Ipv6AddressCount"),
    ])
    func `an ENI's IPv6 addresses are refused`(change: [String: String], status: Int, code: String) async throws {
        let cloud = try TestCloud { $0.quotas.ipv6AddressesPerInterface = 4 }
        let subnet = try await cloud.makeSubnet(
            cloud.makeVpc("10.0.0.0/16", ["EnableIpv6": "true"]), "10.0.1.0/24", ["Ipv6CidrBlock": "0"])
        _ = try await cloud.makeInterface(subnet, ["Ipv6Address.1": "fd77:6569:7200::9"])
        await cloud.call("CreateNetworkInterface", ["SubnetId": subnet].merging(change) { $1 }).refused(status, code)
        #expect(await cloud.call("DescribeNetworkInterfaces").result?["TotalCount"] == 1)
    }

    @Test func `the lab is told the IPv6 addresses and gateways of attached ENIs`() async throws {
        let cloud = try TestCloud { $0.lab = true }
        try await cloud.seedHost("h-1")
        try await cloud.change(Host.self, "h-1") { $0.isLab = true }
        let vpc = try await cloud.makeVpc("10.0.0.0/16", ["EnableIpv6": "true"])
        let subnet = try await cloud.makeSubnet(vpc, "10.0.1.0/24", ["Ipv6CidrBlock": "7"])
        let dual = try await cloud.makeInterface(subnet, instance: "i-dual", ["Ipv6AddressCount": "2"])
        let plain = try await cloud.makeInterface(subnet, instance: "i-plain")
        let host = try #require(try await cloud.find(Host.self, "h-1"))
        let settings = cloud.services.settings
        let state = try await cloud.store.read { try DesiredStateBuilder($0, settings: settings).state(for: host) }

        let lab = try #require(state.lab)
        let gateway = try #require(IPAddress("fd77:6569:7200:7::1"))
        let addresses = ["fd77:6569:7200:7::2", "fd77:6569:7200:7::3"].compactMap { IPAddress($0) }
        #expect(lab.vpcs.map(\.ipv6Gateways) == [[gateway]])
        let ports = Dictionary(
            lab.instances.flatMap(\.ports).map { ($0.networkInterfaceID, $0) }, uniquingKeysWith: { a, _ in a })
        #expect(ports[dual]?.ipv6Addresses == addresses)
        #expect(ports[dual]?.ipv6Subnet == IPCIDR("fd77:6569:7200:7::/64") && ports[dual]?.ipv6Gateway == gateway)
        #expect(ports[plain]?.ipv6Addresses == [] && ports[plain]?.ipv6Gateway == nil)
        let binding = try #require(state.bindings.first { $0.networkInterfaceID == dual })
        #expect(binding.addresses == [IPAddress(try #require(binding.primaryAddress))] + addresses)
    }
}
