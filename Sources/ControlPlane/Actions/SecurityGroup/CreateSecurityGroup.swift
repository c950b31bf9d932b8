import CloudAPI
import Model
import Store

/// Makes a security group with the one rule every group starts with: everything may leave.
struct CreateSecurityGroup: WriteAction {
    struct Request: ActionRequest {
        var vpcID = ""
        var name: String?
        var description = ""
        var projectName = "default"
        var tags: [Tag] = []
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("VpcId", \.vpcID, .text), .optional("SecurityGroupName", \.name, .name),
                .optional("Description", \.description, .description),
                .optional("ProjectName", \.projectName, .text), .tags(\.tags),
            ]
        }
    }
    struct Response: Encodable, Sendable { let SecurityGroupId: String }
    static let takesClientToken = true
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { response.SecurityGroupId }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> Response {
        try call.requireProject(request.projectName, tx)
        let vpc = try call.openVpc(request.vpcID, tx)
        let id: Identifier<SecurityGroup> = call.newID("sg")
        let group = SecurityGroup(
            id: id, accountID: call.scope.accountID, region: call.scope.region, name: request.name ?? id.rawValue,
            description: request.description, projectName: request.projectName, vpcID: vpc.id,
            status: call.firstStatus(.available), createdAt: call.now, updatedAt: call.now)
        try tx.insert(group)
        try tx.insert(
            SecurityGroupRule(
                id: call.newID("sgr"), accountID: call.scope.accountID, region: call.scope.region, groupID: id,
                direction: .egress, transport: "all", portStart: -1, portEnd: -1, cidr: "0.0.0.0/0",
                createdAt: call.now, updatedAt: call.now))
        try call.insertTags(request.tags, of: group, tx)
        return Response(SecurityGroupId: id.rawValue)
    }
}
