import CloudAPI
import Model
import Store

/// Shows one security group with the rules that match all filters, in the order they were made.
struct DescribeSecurityGroupAttributes: StoredReadAction {
    struct Request: ActionRequest {
        var id = ""
        var direction: String?
        var transport: String?
        var cidr: String?
        var sourceGroupID: String?
        var prefixListID: String?
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("SecurityGroupId", \.id, .text),
                .optional("Direction", \.direction, .oneOf(["ingress", "egress", "all"])),
                .optional("Protocol", \.transport, .ruleTransport), .optional("CidrIp", \.cidr, .anyCIDR),
                .optional("SourceGroupId", \.sourceGroupID, .text), .optional("PrefixListId", \.prefixListID, .text),
            ]
        }
    }
    struct Response: Encodable, Sendable {
        let SecurityGroupId: String
        let SecurityGroupName: String
        let Description: String
        let AccountId: String
        let VpcId: String
        let `Type`: String
        let Status: Status
        let ServiceManaged: Bool
        let ProjectName: String
        let Permissions: [PermissionView]
        let Tags: [TagView]
        let CreationTime: String
        let UpdateTime: String
    }
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> Response {
        let group = try call.securityGroup(request.id, tx)
        let query = ListQuery<SecurityGroupRule>().filter("groupID", request.id)
            .filter("direction", request.direction == "all" ? nil : request.direction)
            .filter("transport", request.transport).filter("cidr", request.cidr)
            .filter("sourceGroupID", request.sourceGroupID).filter("prefixListID", request.prefixListID)
        let rules = try tx.list(query.oldestFirst(), in: call.scope).items
        let tags = try call.tagViews(of: [group], tx)
        return Response(
            SecurityGroupId: group.id.rawValue, SecurityGroupName: group.name, Description: group.description,
            AccountId: group.accountID, VpcId: group.vpcID.rawValue, Type: group.kindName, Status: group.status,
            ServiceManaged: group.serviceManaged, ProjectName: group.projectName,
            Permissions: rules.map(PermissionView.init), Tags: tags[request.id] ?? [],
            CreationTime: CalendarTime.rfc3339(unixMilliseconds: group.createdAt),
            UpdateTime: CalendarTime.rfc3339(unixMilliseconds: group.updatedAt))
    }
}
