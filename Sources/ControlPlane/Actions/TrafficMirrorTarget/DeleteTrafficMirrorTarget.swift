import CloudAPI
import Model
import Store

/// Removes a target that no session uses.
struct DeleteTrafficMirrorTarget: WriteAction {
    struct Request: ActionRequest {
        var id = ""
        init() {}
        static var fields: [Field<Self>] { [.required("TrafficMirrorTargetId", \.id, .text)] }
    }
    typealias Response = EmptyResult
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { request.id }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        var target = try call.find(TrafficMirrorTarget.self, request.id, tx, or: .targetNotFound)
        guard !target.status.isTransitional else { throw APIError.targetStatus }
        let users = ListQuery<TrafficMirrorSession>().filter("targetID", request.id)
        guard try tx.count(users, in: call.scope) == 0 else {
            throw APIError.inUse("TrafficMirrorTarget", "traffic mirror target")
        }
        target.status = .deleting
        target.updatedAt = call.now
        try tx.update(target)
        return EmptyResult()
    }
}
