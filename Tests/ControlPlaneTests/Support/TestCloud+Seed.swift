import Model
import Testing

extension TestCloud {
    /// `vpc-1` with `subnet-1` (10.0.0.0/24), settled.
    func seedNetwork() async throws {
        let block = try #require(IPv4CIDR("10.0.0.0/16"))
        let part = try #require(IPv4CIDR("10.0.0.0/24"))
        try await insert(
            Vpc(
                id: Identifier("vpc-1"), accountID: scope.accountID, region: scope.region, name: "vpc-1",
                cidrBlock: block, routeTableID: "vtb-1", status: .available, createdAt: Self.start,
                updatedAt: Self.start))
        try await insert(
            Subnet(
                id: Identifier("subnet-1"), accountID: scope.accountID, region: scope.region, name: "subnet-1",
                vpcID: Identifier("vpc-1"), zoneID: scope.region + "-a", cidrBlock: part, status: .available,
                createdAt: Self.start, updatedAt: Self.start))
    }

    /// An ENI in `subnet-1`, attached to `instance` unless that is empty; `host` holds the instance.
    func seedInterface(
        _ id: String, instance: String = "i-1", host: String = "", instanceType: String = "", number: UInt8 = 10,
        _ change: (inout NetworkInterface) -> Void = { _ in }
    ) async throws {
        if !instance.isEmpty, try await find(Instance.self, instance) == nil {
            try await insert(
                Instance(
                    id: Identifier(instance), accountID: scope.accountID, region: scope.region, vpcID: "vpc-1",
                    zoneID: scope.region + "-a", instanceType: instanceType, hostID: host, createdAt: Self.start))
        }
        let mac = try #require(MACAddress("02:00:00:00:00:\(number < 16 ? "0" : "")\(String(number, radix: 16))"))
        let address = try #require(IPv4Address("10.0.0.\(number)"))
        var interface = NetworkInterface(
            id: Identifier(id), accountID: scope.accountID, region: scope.region, name: id,
            vpcID: Identifier("vpc-1"), subnetID: Identifier("subnet-1"), zoneID: scope.region + "-a", mac: mac,
            primaryAddress: address, instanceID: instance, status: instance.isEmpty ? .available : .inUse,
            createdAt: Self.start, updatedAt: Self.start)
        change(&interface)
        try await insert(interface)
    }

    func seedLoadBalancer(_ id: String, frozen: Bool = false, networkInterfaceID: String = "") async throws {
        try await insert(
            LoadBalancer(
                id: Identifier(id), accountID: scope.accountID, region: scope.region, name: id,
                vpcID: Identifier("vpc-1"), subnetID: Identifier("subnet-1"), kindName: "private",
                address: try #require(IPv4Address("10.0.0.100")), networkInterfaceID: networkInterfaceID,
                businessStatus: frozen ? .financialLocked : .normal, lockReason: frozen ? "financial" : "",
                status: .active, createdAt: Self.start, updatedAt: Self.start))
    }

    /// A host that has acknowledged everything up to `acknowledged`.
    func seedHost(_ id: String, acknowledged: Int64 = 0) async throws {
        try await insert(
            Host(
                id: Identifier(id), accountID: scope.accountID, region: scope.region, name: id, accessKeyID: "AK",
                acknowledgedGeneration: acknowledged, heardAt: Self.start, createdAt: Self.start))
    }

    /// Network, `eni-source` and `eni-target` on two instances, a target, a filter; settled.
    func seedMirroring(host: String = "") async throws -> (target: String, filter: String) {
        try await seedNetwork()
        try await seedInterface("eni-source", instance: "i-source", host: host, number: 10)
        try await seedInterface("eni-target", instance: "i-target", number: 11)
        let target = try await call(
            "CreateTrafficMirrorTarget", ["InstanceType": "NetworkInterface", "InstanceId": "eni-target"]
        ).text("TrafficMirrorTargetId")
        let filter = try await call("CreateTrafficMirrorFilter").text("TrafficMirrorFilterId")
        try await settle()
        return (target, filter)
    }

    /// A settled session of `eni-source`.
    func seedSession(
        _ seeded: (target: String, filter: String), _ more: [String: String] = [:]
    ) async throws -> String {
        let arguments = [
            "NetworkInterfaceId": "eni-source", "TrafficMirrorTargetId": seeded.target,
            "TrafficMirrorFilterId": seeded.filter, "Priority": "1",
        ]
        let id = try await call(
            "CreateTrafficMirrorSession", arguments.merging(more) { _, new in new }
        ).text("TrafficMirrorSessionId")
        try await settle()
        return id
    }

    /// A settled flow log on `vpc-1`.
    func seedFlowLog(_ more: [String: String] = [:]) async throws -> String {
        let id = try await call("CreateFlowLog", Self.flowLog.merging(more) { _, new in new }).text("FlowLogId")
        try await settle()
        return id
    }

    /// Arguments of CreateFlowLog on `vpc-1`.
    static let flowLog = [
        "FlowLogName": "FlowLog-1", "ResourceType": "vpc", "ResourceId": "vpc-1", "TrafficType": "All",
        "LogProjectName": "flowlog-project-1", "LogTopicName": "flowlog-topic-1",
    ]
}
