import CloudAPI
import Model
import Store

/// Removes a security group, and its rules, when no ENI carries it and no other group's rule names it.
struct DeleteSecurityGroup: WriteAction {
    struct Request: ActionRequest {
        var id = ""
        init() {}
        static var fields: [Field<Self>] { [.required("SecurityGroupId", \.id, .text)] }
    }
    typealias Response = EmptyResult
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { request.id }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        var group = try call.securityGroup(request.id, tx)
        guard group.status != .deleting else { throw APIError.invalidStatus("SecurityGroup", "security group") }
        let naming = try tx.list(
            ListQuery<SecurityGroupRule>().filter("sourceGroupID", request.id), in: call.scope
        ).items
        guard try call.members(of: group, tx).isEmpty, naming.allSatisfy({ $0.groupID == group.id }) else {
            throw APIError.inUse("SecurityGroup", "security group")
        }
        let rules = ListQuery<SecurityGroupRule>().filter("groupID", request.id)
        for rule in try tx.list(rules, in: call.scope).items { try tx.delete(SecurityGroupRule.self, rule.id.rawValue) }
        group.status = .deleting
        group.updatedAt = call.now
        try tx.update(group)
        return EmptyResult()
    }
}
