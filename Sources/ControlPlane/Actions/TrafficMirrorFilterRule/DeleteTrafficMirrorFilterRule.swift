import CloudAPI
import Model
import Store

/// Removes a rule from its filter and from every session that uses it.
struct DeleteTrafficMirrorFilterRule: WriteAction {
    struct Request: ActionRequest {
        var id = ""
        init() {}
        static var fields: [Field<Self>] { [.required("TrafficMirrorFilterRuleId", \.id, .text)] }
    }
    typealias Response = EmptyResult
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { request.id }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        var rule = try call.find(TrafficMirrorFilterRule.self, request.id, tx, or: .filterRuleNotFound)
        guard !rule.status.isTransitional else { throw APIError.filterRuleStatus }
        rule.status = .deleting
        rule.updatedAt = call.now
        rule.waitsFor = try tx.hosts(mirroringBy: rule.filterID, in: call.scope)
        rule.generation = try tx.raiseGeneration()
        try tx.update(rule)
        return EmptyResult()
    }
}
