import CloudAPI
import Model
import Store

/// A security group as the list shows it.
struct SecurityGroupView: Encodable, Sendable {
    let SecurityGroupId: String
    let SecurityGroupName: String
    let Description: String
    let AccountId: String
    let VpcId: String
    let `Type`: String
    let Status: Status
    let ServiceManaged: Bool
    let ProjectName: String
    let UsedIpCount: Int
    let AvailableIpCount: Int
    let UsedNetworkInterfaceCount: Int
    let AvailableNetworkInterfaceCount: Int
    let Tags: [TagView]
    let CreationTime: String
}

/// One rule of a group as the API shows it.
struct PermissionView: Encodable, Sendable {
    let SecurityGroupRuleId: String
    let Direction: TrafficDirection
    let `Protocol`: String
    let Policy: String
    let Priority: Int
    let PortStart: Int
    let PortEnd: Int
    let CidrIp: String
    let SourceGroupId: String
    let PrefixListId: String
    let PrefixListCidrs: [String]
    let Description: String
    let CreationTime: String
    let UpdateTime: String

    init(_ rule: SecurityGroupRule) {
        SecurityGroupRuleId = rule.id.rawValue
        Direction = rule.direction
        `Protocol` = rule.transport
        Policy = rule.policy
        Priority = rule.priority
        PortStart = rule.portStart
        PortEnd = rule.portEnd
        CidrIp = rule.cidr
        SourceGroupId = rule.sourceGroupID
        PrefixListId = rule.prefixListID
        PrefixListCidrs = []
        Description = rule.description
        CreationTime = CalendarTime.rfc3339(unixMilliseconds: rule.createdAt)
        UpdateTime = CalendarTime.rfc3339(unixMilliseconds: rule.updatedAt)
    }
}

extension Call {
    /// The ENIs that carry a group.
    func members(of group: SecurityGroup, _ tx: any ReadTransaction) throws -> [NetworkInterface] {
        let query = ListQuery<NetworkInterface>().filter("vpcID", group.vpcID.rawValue)
            .filter(list: "securityGroupIDs", anyOf: [group.id.rawValue]).evenHidden()
        return try tx.list(query, in: scope).items
    }

    func views(_ groups: [SecurityGroup], _ tx: any ReadTransaction) throws -> [SecurityGroupView] {
        let tags = try tagViews(of: groups, tx)
        let quota = settings.quotas.addressesPerSecurityGroup
        return try groups.map { group in
            let members = try members(of: group, tx)
            let addresses = members.reduce(0) { $0 + $1.privateAddresses.count }
            return SecurityGroupView(
                SecurityGroupId: group.id.rawValue, SecurityGroupName: group.name, Description: group.description,
                AccountId: group.accountID, VpcId: group.vpcID.rawValue, Type: group.kindName, Status: group.status,
                ServiceManaged: group.serviceManaged, ProjectName: group.projectName, UsedIpCount: addresses,
                AvailableIpCount: max(0, quota - addresses), UsedNetworkInterfaceCount: members.count,
                AvailableNetworkInterfaceCount: max(0, quota - members.count), Tags: tags[group.id.rawValue] ?? [],
                CreationTime: CalendarTime.rfc3339(unixMilliseconds: group.createdAt))
        }
    }
}
