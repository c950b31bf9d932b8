import CloudAPI
import Model
import Store

/// An ENI as the API shows it, in lists and alone.
struct NetworkInterfaceView: Encodable, Sendable {
    /// No elastic IP is ever associated here.
    struct ElasticIPView: Encodable, Sendable {
        let AllocationId = ""
        let EipAddress = ""
        let ReleaseWithInstance = false
    }
    struct AttachmentView: Encodable, Sendable {
        let InstanceId: String
        let DeleteOnTermination: Bool
    }
    struct PrivateIPView: Encodable, Sendable {
        let PrivateIpAddress: String
        let Primary: Bool
        let AssociatedElasticIp = ElasticIPView()
    }
    struct PrivateIPSets: Encodable, Sendable { let PrivateIpSet: [PrivateIPView] }

    let NetworkInterfaceId: String
    let NetworkInterfaceName: String
    let Description: String
    let AccountId: String
    let VpcId: String
    let VpcName: String
    let SubnetId: String
    let ZoneId: String
    let `Type`: String
    let Status: Status
    let DeviceId: String
    let Attachment: AttachmentView
    let MacAddress: String
    let PrimaryIpAddress: String
    let PrivateIpSets: PrivateIPSets
    let IPv6Sets: [String]
    let SecurityGroupIds: [String]
    let PortSecurityEnabled: Bool
    let ServiceManaged: Bool
    let TcpEstablishedTimeout: Int
    let TcpClosedAndTimeWaitTimeout: Int
    let UdpTimeout: Int
    let ProjectName: String
    let Tags: [TagView]
    let CreatedAt: String
    let UpdatedAt: String
    let AssociatedElasticIp = ElasticIPView()

    init(_ interface: NetworkInterface, vpcName: String, tags: [TagView]) {
        NetworkInterfaceId = interface.id.rawValue
        NetworkInterfaceName = interface.name
        Description = interface.description
        AccountId = interface.accountID
        VpcId = interface.vpcID.rawValue
        VpcName = vpcName
        SubnetId = interface.subnetID.rawValue
        ZoneId = interface.zoneID
        `Type` = interface.kindName
        Status = interface.status
        DeviceId = interface.instanceID
        Attachment = .init(InstanceId: interface.instanceID, DeleteOnTermination: interface.deleteOnTermination)
        MacAddress = interface.mac.description
        PrimaryIpAddress = interface.primaryAddress.description
        PrivateIpSets = .init(
            PrivateIpSet: [.init(PrivateIpAddress: interface.primaryAddress.description, Primary: true)]
                + interface.secondaryAddresses.map { .init(PrivateIpAddress: $0.description, Primary: false) })
        IPv6Sets = interface.ipv6Addresses
        SecurityGroupIds = interface.securityGroupIDs
        PortSecurityEnabled = interface.portSecurityEnabled
        ServiceManaged = interface.serviceManaged
        TcpEstablishedTimeout = interface.tcpEstablishedTimeout
        TcpClosedAndTimeWaitTimeout = interface.tcpClosedAndTimeWaitTimeout
        UdpTimeout = interface.udpTimeout
        ProjectName = interface.projectName
        Tags = tags
        CreatedAt = CalendarTime.rfc3339(unixMilliseconds: interface.createdAt)
        UpdatedAt = CalendarTime.rfc3339(unixMilliseconds: interface.updatedAt)
    }
}

extension Call {
    func views(_ interfaces: [NetworkInterface], _ tx: any ReadTransaction) throws -> [NetworkInterfaceView] {
        let ids = Set(interfaces.map(\.vpcID.rawValue))
        let names = Dictionary(
            try tx.list(ListQuery<Vpc>().ids(ids.sorted()), in: scope).items.map { ($0.id, $0.name) },
            uniquingKeysWith: { first, _ in first })
        let tags = try tagViews(of: interfaces, tx)
        return interfaces.map {
            NetworkInterfaceView($0, vpcName: names[$0.vpcID] ?? "", tags: tags[$0.id.rawValue] ?? [])
        }
    }
}
