import CloudAPI
import Model
import Store

/// Makes a network ACL without entries: bound to a subnet like that, it lets nothing pass.
struct CreateNetworkAcl: WriteAction {
    struct Request: ActionRequest {
        var vpcID = ""
        var name: String?
        var description = ""
        var projectName = "default"
        var tags: [Tag] = []
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("VpcId", \.vpcID, .text), .optional("NetworkAclName", \.name, .name),
                .optional("Description", \.description, .description),
                .optional("ProjectName", \.projectName, .text), .tags(\.tags),
            ]
        }
    }
    struct Response: Encodable, Sendable { let NetworkAclId: String }
    static let takesClientToken = true
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { response.NetworkAclId }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> Response {
        try call.requireProject(request.projectName, tx)
        let vpc = try call.openVpc(request.vpcID, tx)
        try call.requireRoom(
            for: ListQuery<NetworkACL>(), under: call.settings.quotas.networkACLs, tx,
            or: .quotaExceeded("NetworkAcl", "network ACLs"))
        let id: Identifier<NetworkACL> = call.newID("nacl")
        let acl = NetworkACL(
            id: id, accountID: call.scope.accountID, region: call.scope.region, name: request.name ?? id.rawValue,
            description: request.description, projectName: request.projectName, vpcID: vpc.id,
            status: call.firstStatus(.available), createdAt: call.now, updatedAt: call.now)
        try tx.insert(acl)
        try call.insertTags(request.tags, of: acl, tx)
        return Response(NetworkAclId: id.rawValue)
    }
}
