import CloudAPI
import Model
import Store

/// Adds one egress rule to a security group.
struct AuthorizeSecurityGroupEgress: WriteAction {
    typealias Request = SecurityGroupRuleRequest
    typealias Response = EmptyResult
    static let takesClientToken = true
    static let change = AsyncTask.Change.done
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { request.groupID }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        try request.authorize(.egress, call, tx)
    }
}
