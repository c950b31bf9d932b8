import CloudAPI
import Model
import Store

/// Why a session, target, filter, rule, flow log or ENI has its status, and what happens to its traffic now.
struct ExplainResource: ReadAction, WeirAction {
    struct Request: ActionRequest {
        var id = ""
        init() {}
        static var fields: [Field<Self>] { [.required("ResourceId", \.id, .text)] }
    }
    typealias Response = ResourceExplanation
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> ResourceExplanation {
        let explainer = ResourceExplainer(call, tx)
        func find<R: Resource>(_ type: R.Type) throws -> R? { try tx.find(type, request.id, in: call.scope) }
        if let session = try find(TrafficMirrorSession.self) { return try explainer.explain(session) }
        if let target = try find(TrafficMirrorTarget.self) { return try explainer.explain(target) }
        if let filter = try find(TrafficMirrorFilter.self) { return try explainer.explain(filter) }
        if let rule = try find(TrafficMirrorFilterRule.self) { return try explainer.explain(rule) }
        if let log = try find(FlowLog.self) { return try explainer.explain(log) }
        if let interface = try find(NetworkInterface.self) { return try explainer.explain(interface) }
        throw APIError.notFound("ResourceId", "resource")
    }
}
