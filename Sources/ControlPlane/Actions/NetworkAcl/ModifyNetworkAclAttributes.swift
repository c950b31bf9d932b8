import CloudAPI
import Model
import Store

/// Changes a network ACL's name or description; done when it answers.
struct ModifyNetworkAclAttributes: WriteAction {
    struct Request: ActionRequest {
        var id = ""
        var name: String?
        var description: String?
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("NetworkAclId", \.id, .text), .optional("NetworkAclName", \.name, .name),
                .optional("Description", \.description, .description),
            ]
        }
    }
    typealias Response = EmptyResult
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        var acl = try call.networkACL(request.id, tx)
        guard acl.status != .deleting else { throw APIError.networkACLStatus }
        acl.name = request.name ?? acl.name
        acl.description = request.description ?? acl.description
        acl.updatedAt = call.now
        try tx.update(acl)
        return EmptyResult()
    }
}
