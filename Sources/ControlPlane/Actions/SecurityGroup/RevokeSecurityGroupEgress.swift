import CloudAPI
import Model
import Store

/// Removes the egress rule of a security group that has the whole tuple.
struct RevokeSecurityGroupEgress: WriteAction {
    typealias Request = SecurityGroupRuleRequest
    typealias Response = EmptyResult
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        try request.revoke(.egress, call, tx)
    }
}
