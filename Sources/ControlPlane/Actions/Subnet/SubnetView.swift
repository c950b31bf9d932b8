import CloudAPI
import Model
import Store

/// A subnet as the API shows it, in lists and alone.
struct SubnetView: Encodable, Sendable {
    struct RouteTableView: Encodable, Sendable {
        let RouteTableId: String
        let RouteTableType: String
    }
    let SubnetId: String
    let SubnetName: String
    let Description: String
    let AccountId: String
    let VpcId: String
    let ZoneId: String
    let CidrBlock: String
    let Ipv6CidrBlock: String
    let Status: Status
    let IsDefault: Bool
    let ProjectName: String
    let AvailableIpAddressCount: Int
    let TotalIpv4Count: Int
    let RouteTable: RouteTableView
    /// Empty without one.
    let NetworkAclId: String
    let Tags: [TagView]
    let CreationTime: String
    let UpdateTime: String
}

extension Call {
    func views(_ subnets: [Subnet], _ tx: any ReadTransaction) throws -> [SubnetView] {
        let tables = Dictionary(
            try tx.list(ListQuery<Vpc>().ids(subnets.map(\.vpcID.rawValue)), in: scope).items
                .map { ($0.id, $0.routeTableID) }, uniquingKeysWith: { first, _ in first })
        // What is taken is taken, whoever may see by what.
        let query = ListQuery<NetworkInterface>().filter("subnetID", anyOf: subnets.map(\.id.rawValue)).evenHidden()
        var used: [Identifier<Subnet>: Int] = [:]
        for interface in try tx.list(query, in: scope).items {
            // An adopted device may have an address the subnet would not assign: it takes none away.
            used[interface.subnetID, default: 0] += interface.privateAddresses.count { address in
                subnets.first { $0.id == interface.subnetID }?.cidrBlock.assignable?.contains(address.rawValue) ?? false
            }
        }
        let bound = try tx.list(ListQuery<NetworkACLAssociation>().ids(subnets.map(\.id.rawValue)), in: scope).items
        let aclOf = Dictionary(
            bound.map { ($0.id.rawValue, $0.aclID.rawValue) }, uniquingKeysWith: { first, _ in first })
        let tags = try tagViews(of: subnets, tx)
        return subnets.map { subnet in
            SubnetView(
                SubnetId: subnet.id.rawValue, SubnetName: subnet.name, Description: subnet.description,
                AccountId: subnet.accountID, VpcId: subnet.vpcID.rawValue, ZoneId: subnet.zoneID,
                CidrBlock: subnet.cidrBlock.description, Ipv6CidrBlock: subnet.ipv6CIDRBlock, Status: subnet.status,
                IsDefault: subnet.isDefault, ProjectName: subnet.projectName,
                AvailableIpAddressCount: (subnet.cidrBlock.assignable?.count ?? 0) - (used[subnet.id] ?? 0),
                TotalIpv4Count: Int(subnet.cidrBlock.count),
                RouteTable: .init(RouteTableId: tables[subnet.vpcID] ?? "", RouteTableType: "System"),
                NetworkAclId: aclOf[subnet.id.rawValue] ?? "",
                Tags: tags[subnet.id.rawValue] ?? [],
                CreationTime: CalendarTime.rfc3339(unixMilliseconds: subnet.createdAt),
                UpdateTime: CalendarTime.rfc3339(unixMilliseconds: subnet.updatedAt))
        }
    }
}
