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

/// Lists an account's policies with the keys that carry them.
struct DescribeAccessPolicies: ReadAction, WeirAction {
    struct Request: ActionRequest {
        var accountID: String?
        init() {}
        static var fields: [Field<Self>] { [.optional("AccountId", \.accountID, .text)] }
    }
    typealias Response = AccessPolicyList
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> AccessPolicyList {
        let account = try call.account(request.accountID, tx)
        let keys = try tx.list(ListQuery<AccessKey>().filter("accountID", account).oldestFirst(), in: nil).items
        let policies = try tx.list(ListQuery<AccessPolicy>().filter("accountID", account).oldestFirst(), in: nil)
        return AccessPolicyList(
            Policies: policies.items.map { policy in
                .init(
                    PolicyName: policy.name, PolicyDocument: policy.document,
                    UpdatedAt: CalendarTime.rfc3339(unixMilliseconds: policy.updatedAt),
                    AccessKeyIds: keys.filter { $0.policies.contains(policy.name) }.map(\.id.rawValue))
            })
    }
}

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
