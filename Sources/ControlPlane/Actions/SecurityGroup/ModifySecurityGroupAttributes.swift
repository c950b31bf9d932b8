import CloudAPI
import Model
import Store

/// Changes a security group's name or description; done when it answers.
struct ModifySecurityGroupAttributes: WriteAction {
    struct Request: ActionRequest {
        var id = ""
        var name: String?
        var description: String?
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("SecurityGroupId", \.id, .text), .optional("SecurityGroupName", \.name, .name),
                .optional("Description", \.description, .description),
            ]
        }
    }
    typealias Response = EmptyResult
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        var group = try call.securityGroup(request.id, tx)
        guard group.status != .deleting else { throw APIError.invalidStatus("SecurityGroup", "security group") }
        group.name = request.name ?? group.name
        group.description = request.description ?? group.description
        group.updatedAt = call.now
        try tx.update(group)
        return EmptyResult()
    }
}
