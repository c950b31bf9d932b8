import CloudAPI
import Model
import Store

/// Removes a policy that no key carries.
struct DeleteAccessPolicy: ServiceAction, WeirAction {
    struct Request: ActionRequest {
        var name = ""
        var accountID: String?
        init() {}
        static var fields: [Field<Self>] {
            [.required("PolicyName", \.name, .text), .optional("AccountId", \.accountID, .text)]
        }
    }
    typealias Response = EmptyResult
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> EmptyResult {
        let id = try await call.services.store.write { tx in
            let account = try call.account(request.accountID, tx)
            let id = AccessPolicy.id(account, request.name)
            try call.requirePolicies([request.name], of: account, tx)
            let keys = try tx.list(ListQuery<AccessKey>().filter("accountID", account), in: nil).items
            guard !keys.contains(where: { $0.policies.contains(request.name) }) else {
                throw APIError(
                    .init("InvalidPolicyName.InUse", 409), "Keys carry the policy; give them others first.")
            }
            try tx.delete(AccessPolicy.self, id)
            try tx.audit(call.auditEntry(Self.name, outcome: "OK", about: id))
            return id
        }
        call.services.keys.put(nil, policy: id)
        return EmptyResult()
    }
}
