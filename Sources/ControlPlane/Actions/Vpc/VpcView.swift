import CloudAPI
import Model
import Store

/// A VPC as the API shows it, in lists and alone.
struct VpcView: Encodable, Sendable {
    struct IPv6BlockView: Encodable, Sendable {
        let Ipv6CidrBlock: String
        let Ipv6Isp = VpcIPv6.line
    }
    let VpcId: String
    let VpcName: String
    let Description: String
    let AccountId: String
    let CidrBlock: String
    let Ipv6CidrBlock: String
    let Ipv6CidrBlocks: [IPv6BlockView]
    let Status: Status
    let IsDefault: Bool
    let ProjectName: String
    let RouteTableIds: [String]
    let SubnetIds: [String]
    let SecurityGroupIds: [String]
    let NetworkAclNum: String
    let DnsServers: [String]
    let Tags: [TagView]
    let CreationTime: String
    let UpdateTime: String
    // What a VPC here never has, in its documented form.
    let AssociateCens: [Never] = []
    let Ipv4GatewayId = ""
    let NatGatewayIds: [String] = []
    let SecondaryCidrBlocks: [String] = []
    let SupportIpv4Gateway = false
    let UserCidrBlocks: [String] = []
}

extension Call {
    func views(_ vpcs: [Vpc], _ tx: any ReadTransaction) throws -> [VpcView] {
        let ids = vpcs.map(\.id.rawValue)
        let subnets = try tx.list(ListQuery<Subnet>().filter("vpcID", anyOf: ids), in: scope).items
        let groups = try tx.list(ListQuery<SecurityGroup>().filter("vpcID", anyOf: ids), in: scope).items
        let acls = try tx.list(ListQuery<NetworkACL>().filter("vpcID", anyOf: ids), in: scope).items
        let subnetsOf = Dictionary(grouping: subnets, by: \.vpcID)
        let groupsOf = Dictionary(grouping: groups, by: \.vpcID)
        let tags = try tagViews(of: vpcs, tx)
        return vpcs.map { vpc in
            VpcView(
                VpcId: vpc.id.rawValue, VpcName: vpc.name, Description: vpc.description, AccountId: vpc.accountID,
                CidrBlock: vpc.cidrBlock.description, Ipv6CidrBlock: vpc.ipv6CIDRBlock,
                Ipv6CidrBlocks: vpc.ipv6CIDRBlock.isEmpty ? [] : [.init(Ipv6CidrBlock: vpc.ipv6CIDRBlock)],
                Status: vpc.status, IsDefault: vpc.isDefault, ProjectName: vpc.projectName,
                RouteTableIds: [vpc.routeTableID],
                SubnetIds: (subnetsOf[vpc.id] ?? []).map(\.id.rawValue),
                SecurityGroupIds: (groupsOf[vpc.id] ?? []).map(\.id.rawValue),
                NetworkAclNum: String(acls.count { $0.vpcID == vpc.id }), DnsServers: vpc.dnsServers,
                Tags: tags[vpc.id.rawValue] ?? [], CreationTime: CalendarTime.rfc3339(unixMilliseconds: vpc.createdAt),
                UpdateTime: CalendarTime.rfc3339(unixMilliseconds: vpc.updatedAt))
        }
    }
}
