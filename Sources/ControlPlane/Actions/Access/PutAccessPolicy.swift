import CloudAPI
import Model
import Store

/// Writes a policy, or writes it anew. In force with the answer, for every key that carries it.
struct PutAccessPolicy: ServiceAction, WeirAction {
    struct Request: ActionRequest {
        var name = ""
        var document = ""
        var accountID: String?
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("PolicyName", \.name, .accessName),
                .required("PolicyDocument", \.document, .policyDocument),
                .optional("AccountId", \.accountID, .text),
            ]
        }
    }
    typealias Response = EmptyResult
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> EmptyResult {
        let policy = try await call.services.store.write { tx in
            let account = try call.account(request.accountID, tx)
            let known = try tx.find(AccessPolicy.self, AccessPolicy.id(account, request.name), in: nil)
            let policy = AccessPolicy(
                accountID: account, name: request.name, document: request.document,
                createdAt: known?.createdAt ?? call.now, updatedAt: call.now)
            if known == nil { try tx.insert(policy) } else { try tx.update(policy) }
            try tx.audit(call.auditEntry(Self.name, outcome: "OK", about: policy.id.rawValue))
            return policy
        }
        call.services.keys.put(try PolicyDocument(policy.document).statements, policy: policy.id.rawValue)
        return EmptyResult()
    }
}
