import ControlPlane
import Model
import Testing

extension TestCloud {
    /// Makes a settled VPC by the API and returns its ID.
    func makeVpc(_ block: String = "10.0.0.0/16", _ more: [String: String] = [:]) async throws -> String {
        let id = try await call("CreateVpc", ["CidrBlock": block].merging(more) { _, new in new }).text("VpcId")
        try await settle()
        return id
    }

    /// Makes a settled subnet in the region's first zone.
    func makeSubnet(
        _ vpc: String, _ block: String = "10.0.1.0/24", _ more: [String: String] = [:]
    ) async throws -> String {
        let arguments = ["VpcId": vpc, "CidrBlock": block, "ZoneId": services.settings.region + "-a"]
        let id = try await call("CreateSubnet", arguments.merging(more) { _, new in new }).text("SubnetId")
        try await settle()
        return id
    }

    func makeGroup(_ vpc: String, _ more: [String: String] = [:]) async throws -> String {
        let id = try await call("CreateSecurityGroup", ["VpcId": vpc].merging(more) { _, new in new })
            .text("SecurityGroupId")
        try await settle()
        return id
    }

    /// Makes a settled ENI, attached when an instance is named.
    func makeInterface(
        _ subnet: String, instance: String? = nil, _ more: [String: String] = [:]
    ) async throws -> String {
        let id = try await call("CreateNetworkInterface", ["SubnetId": subnet].merging(more) { _, new in new })
            .text("NetworkInterfaceId")
        try await settle()
        if let instance {
            await call("AttachNetworkInterface", ["NetworkInterfaceId": id, "InstanceId": instance]).succeeded()
            try await settle()
        }
        return id
    }

    func makeLoadBalancer(_ subnet: String, _ more: [String: String] = [:]) async throws -> String {
        let arguments = ["RegionId": services.settings.region, "Type": "private", "SubnetId": subnet]
        let id = try await call("CreateLoadBalancer", arguments.merging(more) { _, new in new }, service: "clb")
            .text("LoadBalancerId")
        try await settle()
        return id
    }

    /// One ENI as the API shows it.
    func interface(_ id: String) async throws -> JSON {
        try await call("DescribeNetworkInterfaces", ["NetworkInterfaceIds.1": id]).succeeded()
            .only("NetworkInterfaceSets")
    }
}

extension JSON {
    /// An object without some of its members.
    func without(_ names: String...) -> JSON {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { !names.contains($0.key) })
    }
}
