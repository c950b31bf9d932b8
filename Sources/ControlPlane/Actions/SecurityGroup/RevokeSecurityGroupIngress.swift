import CloudAPI
import Model
import Store

/// Removes the ingress rule of a security group that has the whole tuple.
struct RevokeSecurityGroupIngress: WriteAction {
    typealias Request = SecurityGroupRuleRequest
    typealias Response = EmptyResult
    static let change = AsyncTask.Change.done
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { request.groupID }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        try request.revoke(.ingress, call, tx)
    }
}
