import CloudAPI
import Model
import Store

/// Lists the accounts, the root account first.
struct DescribeAccounts: ReadAction, WeirAction {
    typealias Request = NoParameters
    typealias Response = AccountList
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> AccountList {
        let root = AccountList.Item(
            AccountId: call.settings.accountID, AccountName: "root", IsRoot: true, CreatedAt: "")
        return AccountList(
            Accounts: try [root]
                + tx.list(ListQuery<Account>().oldestFirst(), in: nil).items.map {
                    .init(
                        AccountId: $0.id.rawValue, AccountName: $0.name, IsRoot: false,
                        CreatedAt: CalendarTime.rfc3339(unixMilliseconds: $0.createdAt))
                })
    }
}
