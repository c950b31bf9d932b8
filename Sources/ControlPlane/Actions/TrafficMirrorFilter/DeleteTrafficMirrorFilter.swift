import CloudAPI
import Model
import Store

/// Removes a filter that no session uses, and its rules with it.
struct DeleteTrafficMirrorFilter: WriteAction {
    struct Request: ActionRequest {
        var id = ""
        init() {}
        static var fields: [Field<Self>] { [.required("TrafficMirrorFilterId", \.id, .text)] }
    }
    typealias Response = EmptyResult
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { request.id }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        var filter = try call.find(TrafficMirrorFilter.self, request.id, tx, or: .filterNotFound)
        guard !filter.status.isTransitional else { throw APIError.filterStatus }
        let users = ListQuery<TrafficMirrorSession>().filter("filterID", request.id)
        guard try tx.count(users, in: call.scope) == 0 else {
            throw APIError.inUse("TrafficMirrorFilter", "traffic mirror filter")
        }
        // No session uses the filter, so no host has its rules and they can go at once.
        let rules = ListQuery<TrafficMirrorFilterRule>().filter("filterID", request.id)
        for rule in try tx.list(rules, in: call.scope).items {
            try tx.delete(TrafficMirrorFilterRule.self, rule.id.rawValue)
        }
        filter.status = .deleting
        filter.updatedAt = call.now
        try tx.update(filter)
        return EmptyResult()
    }
}
