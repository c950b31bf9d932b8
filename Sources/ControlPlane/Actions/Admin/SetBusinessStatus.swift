import CloudAPI
import Model
import Store

/// Freezes or frees a CLB, a session or a flow log, as an unpaid bill would: the operator's call, of any account.
struct SetBusinessStatus: WriteAction, WeirAction {
    struct Request: ActionRequest {
        var id = ""
        var status = BusinessStatus.normal
        var accountID: String?
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("ResourceId", \.id, .text), .required("BusinessStatus", \.status, .choice()),
                .optional("AccountId", \.accountID, .text),
            ]
        }
    }
    typealias Response = EmptyResult
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        let scope = Scope(accountID: try call.account(request.accountID, tx), region: call.scope.region)
        let reason = request.status == .normal ? "" : "financial"
        if var balancer = try tx.find(LoadBalancer.self, request.id, in: scope) {
            balancer.businessStatus = request.status
            balancer.lockReason = reason
            try tx.update(balancer)
        } else if var session = try tx.find(TrafficMirrorSession.self, request.id, in: scope) {
            session.businessStatus = request.status
            session.lockReason = reason
            try tx.update(session)
        } else if var log = try tx.find(FlowLog.self, request.id, in: scope) {
            log.businessStatus = request.status
            log.lockReason = reason
            try tx.update(log)
        } else {
            throw APIError.notFound("ResourceId", "resource")
        }
        _ = try tx.raiseGeneration()
        return EmptyResult()
    }
}
