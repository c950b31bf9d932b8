import ControlPlane
import Model
import Testing

@Suite struct SupportingInstanceTests {
    @Test func `an unknown instance is registered where its first ENI is`() async throws {
        let cloud = try TestCloud()
        let vpc = try await cloud.makeVpc()
        _ = try await cloud.makeInterface(cloud.makeSubnet(vpc), instance: "i-web1")
        let instance = try #require(try await cloud.find(Instance.self, "i-web1"))
        #expect(instance.vpcID == vpc && instance.zoneID == "cn-beijing-a" && instance.instanceType.isEmpty)
        #expect(instance.hostID.isEmpty && !instance.isLab)
    }

    @Test(arguments: ["web1", "i-", "i-Web", "i-web_1", "vm-1"])
    func `an ID that is none of an instance is not registered`(id: String) async throws {
        let cloud = try TestCloud()
        let eni = try await cloud.makeInterface(cloud.makeSubnet(cloud.makeVpc()))
        await cloud.call("AttachNetworkInterface", ["NetworkInterfaceId": eni, "InstanceId": id]).refused(
            404, "InvalidInstanceId.NotFound", "The specified instance does not exist.")
    }

    @Test func `registered instances can be demanded`() async throws {
        let cloud = try TestCloud { $0.registersUnknownInstances = false }
        let vpc = try await cloud.makeVpc()
        let eni = try await cloud.makeInterface(cloud.makeSubnet(vpc))
        let pair = ["NetworkInterfaceId": eni, "InstanceId": "i-known"]
        await cloud.call("AttachNetworkInterface", pair).refused(404, "InvalidInstanceId.NotFound")
        let made = await cloud.call(
            "RegisterInstance", ["InstanceId": "i-known", "VpcId": vpc, "InstanceType": "ecs.g4i.large"],
            service: "weir"
        ).succeeded()
        #expect(
            made.result?.without("RequestId") == [
                "InstanceId": "i-known", "VpcId": .text(vpc), "InstanceType": "ecs.g4i.large", "HostId": "",
            ])
        await cloud.call("AttachNetworkInterface", pair).succeeded()
    }

    @Test func `an instance's ENIs are in one VPC and zone, and get devices in order`() async throws {
        let cloud = try TestCloud()
        let vpc = try await cloud.makeVpc()
        let subnet = try await cloud.makeSubnet(vpc)
        let first = try await cloud.makeInterface(subnet, instance: "i-1")
        let second = try await cloud.makeInterface(subnet, instance: "i-1")
        #expect(try await cloud.find(NetworkInterface.self, first)?.deviceIndex == 0)
        #expect(try await cloud.find(NetworkInterface.self, second)?.deviceIndex == 1)
        await cloud.call("DetachNetworkInterface", ["NetworkInterfaceId": first, "InstanceId": "i-1"]).succeeded()
        let third = try await cloud.makeInterface(subnet, instance: "i-1")
        #expect(try await cloud.find(NetworkInterface.self, third)?.deviceIndex == 0)

        let elsewhere = try await cloud.makeVpc()
        let zoneB = try await cloud.makeSubnet(vpc, "10.0.2.0/24", ["ZoneId": "cn-beijing-b"])
        for place in [try await cloud.makeSubnet(elsewhere), zoneB] {
            let eni = try await cloud.makeInterface(place)
            await cloud.call("AttachNetworkInterface", ["NetworkInterfaceId": eni, "InstanceId": "i-1"])
                .refused(400, "InvalidInstanceId.Mismatch")
        }
        await cloud.call("RegisterInstance", ["InstanceId": "i-1", "VpcId": elsewhere], service: "weir")
            .refused(400, "InvalidInstanceId.Mismatch")
    }

    @Test func `an instance without ENIs can move`() async throws {
        let cloud = try TestCloud()
        let eni = try await cloud.makeInterface(cloud.makeSubnet(cloud.makeVpc()), instance: "i-1")
        await cloud.call("DetachNetworkInterface", ["NetworkInterfaceId": eni, "InstanceId": "i-1"]).succeeded()
        let other = try await cloud.makeVpc()
        _ = try await cloud.makeInterface(cloud.makeSubnet(other), instance: "i-1")
        #expect(try await cloud.find(Instance.self, "i-1")?.vpcID == other)
    }

    @Test func `a limit of ENIs per instance holds`() async throws {
        let cloud = try TestCloud { $0.quotas.interfacesPerInstance = 1 }
        let subnet = try await cloud.makeSubnet(cloud.makeVpc())
        _ = try await cloud.makeInterface(subnet, instance: "i-1")
        let second = try await cloud.makeInterface(subnet)
        await cloud.call("AttachNetworkInterface", ["NetworkInterfaceId": second, "InstanceId": "i-1"])
            .refused(400, "LimitExceeded.EnisPerInstance")
    }

    @Test func `in a lab the lab's host holds the instance, and attaching waits for it`() async throws {
        let cloud = try TestCloud { $0.lab = true }
        try await cloud.seedHost("host-1")
        try await cloud.change(Host.self, "host-1") { $0.isLab = true }
        let id = try await cloud.makeInterface(cloud.makeSubnet(cloud.makeVpc()), instance: "i-1")
        let instance = try #require(try await cloud.find(Instance.self, "i-1"))
        #expect(instance.hostID == "host-1" && instance.isLab)
        let waiting = try #require(try await cloud.find(NetworkInterface.self, id))
        #expect(waiting.status == .attaching && waiting.waitsFor == ["host-1"])
        #expect(waiting.generation == (try await cloud.generation()))
        try await cloud.change(Host.self, "host-1") { $0.acknowledgedGeneration = waiting.generation }
        try await cloud.settle()
        #expect(try await cloud.interface(id)["Status"] == "InUse")

        await cloud.call("DetachNetworkInterface", ["NetworkInterfaceId": id, "InstanceId": "i-1"]).succeeded()
        try await cloud.settle()
        let leaving = try #require(try await cloud.find(NetworkInterface.self, id))
        #expect(leaving.status == .detaching && leaving.waitsFor == ["host-1"] && leaving.instanceID.isEmpty)
        #expect(leaving.generation > waiting.generation)
    }

    @Test func `a lab instance without a host yet waits for nobody`() async throws {
        let cloud = try TestCloud { $0.lab = true }
        let id = try await cloud.makeInterface(cloud.makeSubnet(cloud.makeVpc()), instance: "i-1")
        #expect(try await cloud.find(Instance.self, "i-1")?.isLab == true)
        #expect(try await cloud.interface(id)["Status"] == "InUse")
    }

    @Test func `on a joined host only adopted devices are ENIs, and they stay until released`() async throws {
        let cloud = try TestCloud()
        try await cloud.seedNetwork()
        try await cloud.seedHost("host-1")
        try await cloud.seedInterface("eni-adopted", instance: "i-host", host: "host-1")
        try await cloud.insert(
            DeviceAdoption(
                id: Identifier("eni-adopted"), accountID: cloud.scope.accountID, region: cloud.scope.region,
                hostID: Identifier("host-1"), device: "eth0", side: .own, createdAt: TestCloud.start))
        let eni = try await cloud.makeInterface("subnet-1")
        await cloud.call("AttachNetworkInterface", ["NetworkInterfaceId": eni, "InstanceId": "i-host"])
            .refused(400, "InvalidInstanceId.Mismatch")
        await cloud.call("DetachNetworkInterface", ["NetworkInterfaceId": "eni-adopted", "InstanceId": "i-host"])
            .refused(400, "InvalidNetworkInterface.InvalidType")
    }

    @Test func `a primary ENI stays with its instance`() async throws {
        let cloud = try TestCloud()
        try await cloud.seedNetwork()
        try await cloud.seedInterface("eni-1", instance: "i-1") { $0.kindName = "primary" }
        await cloud.call("DetachNetworkInterface", ["NetworkInterfaceId": "eni-1", "InstanceId": "i-1"])
            .refused(400, "InvalidNetworkInterface.InvalidType")
    }

    @Test func `registering again changes the type alone`() async throws {
        let cloud = try TestCloud()
        let vpc = try await cloud.makeVpc()
        func register(_ more: [String: String]) async -> Reply {
            await cloud.call(
                "RegisterInstance", ["InstanceId": "i-1"].merging(more) { _, new in new }, service: "weir")
        }
        await register([:]).succeeded()
        await register(["VpcId": vpc]).succeeded()
        let again = await register(["InstanceType": "ecs.g3"]).succeeded()
        #expect(again.result?["VpcId"] == .text(vpc) && again.result?["InstanceType"] == "ecs.g3")
        await register(["VpcId": "vpc-none"]).refused(404, "InvalidVpc.NotFound")
        await register(["InstanceId": "web"]).refused(400, "InvalidInstanceId.Malformed")
        await register(["InstanceType": String(repeating: "x", count: 65)])
            .refused(400, "InvalidParameter.InstanceType")
        // In another region it is another one.
        let there = await cloud.call(
            "RegisterInstance", ["InstanceId": "i-1"], service: "weir", region: "cn-shanghai"
        ).succeeded()
        #expect(there.result?["VpcId"] == "")
    }
}
