import Model
import Store

/// Where a host holds packets to security groups and network ACLs; elsewhere they are recorded only.
public enum SecurityGroupEnforcement: String, Codable, Sendable {
    case everywhere = "Everywhere"
    /// In the lab, not on adopted devices.
    case lab = "Lab"
    case nowhere = "Nowhere"

    init(_ host: Host, _ report: HostReport?) {
        guard let report, report.dataPlaneProblem == nil else {
            self = .nowhere
            return
        }
        self = report.enforcesSecurityGroups ? .everywhere : host.isLab ? .lab : .nowhere
    }

    func holds(adopted: Bool) -> Bool {
        switch self {
        case .everywhere: true
        case .lab: !adopted
        case .nowhere: false
        }
    }
}

/// One ENI of a host: what it carries, and whether its packets are held to it.
public struct HostInterfaceView: Codable, Sendable {
    public var NetworkInterfaceId: String
    public var InstanceId: String
    /// Whether it is a device the host had, rather than a port of the lab.
    public var Adopted: Bool
    public var SecurityGroupIds: [String]
    /// Of its subnet; empty without one.
    public var NetworkAclId: String
    public var SecurityGroupsEnforced: Bool
}

extension Call {
    /// The attached ENIs of a host, in the order they were made.
    func interfaces(
        of host: Host, _ enforcement: SecurityGroupEnforcement, _ tx: any ReadTransaction
    ) throws -> [HostInterfaceView] {
        let instances = try tx.list(ListQuery<Instance>().filter("hostID", host.id.rawValue), in: scope).items
        let query = ListQuery<NetworkInterface>().filter("instanceID", anyOf: instances.map(\.id.rawValue))
        let interfaces = try tx.list(query.oldestFirst(), in: scope).items
        let adoptions = ListQuery<DeviceAdoption>().filter("hostID", host.id.rawValue)
        let adopted = Set(try tx.list(adoptions, in: scope).items.map(\.id.rawValue))
        let subnets = Set(interfaces.map(\.subnetID.rawValue))
        let bound = try tx.list(ListQuery<NetworkACLAssociation>().ids(subnets.sorted()), in: scope).items
        let aclOf = Dictionary(
            bound.map { ($0.id.rawValue, $0.aclID.rawValue) }, uniquingKeysWith: { first, _ in first })
        return interfaces.map { interface in
            let isAdopted = adopted.contains(interface.id.rawValue)
            return HostInterfaceView(
                NetworkInterfaceId: interface.id.rawValue, InstanceId: interface.instanceID, Adopted: isAdopted,
                SecurityGroupIds: interface.securityGroupIDs, NetworkAclId: aclOf[interface.subnetID.rawValue] ?? "",
                SecurityGroupsEnforced: enforcement.holds(adopted: isAdopted))
        }
    }
}
