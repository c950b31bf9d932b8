import CloudAPI
import Model
import Store

/// An instance as the API shows it. What the registry does not know, such as image and CPUs, is left out.
struct InstanceView: Encodable, Sendable {
    /// An instance that is known runs: the registry has none that are stopped.
    static let status = "RUNNING"

    struct InterfaceView: Encodable, Sendable {
        let NetworkInterfaceId: String
        let `Type`: String
        let MacAddress: String
        let PrimaryIpAddress: String
        let Ipv6Addresses: [String]
        let SubnetId: String
        let VpcId: String
        let SecurityGroupIds: [String]

        init(_ interface: NetworkInterface) {
            NetworkInterfaceId = interface.id.rawValue
            `Type` = interface.kindName
            MacAddress = interface.mac.description
            PrimaryIpAddress = interface.primaryAddress.description
            Ipv6Addresses = interface.ipv6Addresses
            SubnetId = interface.subnetID.rawValue
            VpcId = interface.vpcID.rawValue
            SecurityGroupIds = interface.securityGroupIDs
        }
    }
    let InstanceId: String
    let InstanceName: String
    /// Empty when unknown.
    let InstanceTypeId: String
    let Status = Self.status
    let VpcId: String
    let ZoneId: String
    /// The first device first.
    let NetworkInterfaces: [InterfaceView]
    let ProjectName = Project.defaultName
    let Tags: [TagView] = []
    let CreatedAt: String

    init(_ instance: Instance, interfaces: [NetworkInterface]) {
        InstanceId = instance.id.rawValue
        InstanceName = instance.id.rawValue
        InstanceTypeId = instance.instanceType
        VpcId = instance.vpcID
        ZoneId = instance.zoneID
        NetworkInterfaces = interfaces.map(InterfaceView.init)
        CreatedAt = CalendarTime.rfc3339(unixMilliseconds: instance.createdAt)
    }
}

extension Call {
    func views(_ instances: [Instance], _ tx: any ReadTransaction) throws -> [InstanceView] {
        let query = ListQuery<NetworkInterface>().filter("instanceID", anyOf: instances.map(\.id.rawValue))
        let interfaces = Dictionary(
            grouping: try tx.list(query, in: scope).items.sorted { $0.deviceIndex < $1.deviceIndex }, by: \.instanceID)
        return instances.map { InstanceView($0, interfaces: interfaces[$0.id.rawValue] ?? []) }
    }
}
