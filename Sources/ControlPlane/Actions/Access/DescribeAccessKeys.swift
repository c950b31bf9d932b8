import CloudAPI
import Model
import Store

/// Lists the access keys of an account, newest first; never their secrets. Those of agents are not among them.
struct DescribeAccessKeys: ReadAction, WeirAction {
    struct Request: ActionRequest {
        var accountID: String?
        init() {}
        static var fields: [Field<Self>] { [.optional("AccountId", \.accountID, .text)] }
    }
    typealias Response = AccessKeyList
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> AccessKeyList {
        let account = try call.account(request.accountID, tx)
        let people: [AccessRole] = [.root, .user, .temporary]
        let query = ListQuery<AccessKey>().filter("accountID", account)
            .filter("role", anyOf: people.map(\.rawValue))
        return AccessKeyList(
            AccessKeys: try tx.list(query, in: nil).items.map { key in
                let hasExpired = key.expiresAt != 0 && key.expiresAt <= call.now
                return .init(
                    AccessKeyId: key.id.rawValue, AccessKeyName: key.name, Role: key.role.rawValue,
                    Status: hasExpired ? "Expired" : key.isEnabled ? "Enabled" : "Disabled", Policies: key.policies,
                    ParentId: key.parentID, CreatedAt: CalendarTime.rfc3339(unixMilliseconds: key.createdAt),
                    ExpiresAt: key.expiresAt == 0 ? "" : CalendarTime.rfc3339(unixMilliseconds: key.expiresAt))
            })
    }
}
