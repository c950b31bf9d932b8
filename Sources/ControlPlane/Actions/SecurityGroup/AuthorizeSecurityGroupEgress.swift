import CloudAPI
import Model
import Store

/// Adds one egress rule to a security group.
struct AuthorizeSecurityGroupEgress: WriteAction {
    typealias Request = SecurityGroupRuleRequest
    typealias Response = EmptyResult
    static let takesClientToken = true
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        try request.authorize(.egress, call, tx)
    }
}
