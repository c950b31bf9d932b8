import CloudAPI
import Model
import Store

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
