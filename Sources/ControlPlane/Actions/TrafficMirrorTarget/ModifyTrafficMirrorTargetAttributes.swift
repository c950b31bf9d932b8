import CloudAPI
import Model
import Store

/// Changes a target's name or description; done when it answers.
struct ModifyTrafficMirrorTargetAttributes: WriteAction {
    struct Request: ActionRequest {
        var id = ""
        var name: String?
        var description: String?
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("TrafficMirrorTargetId", \.id, .text), .optional("TrafficMirrorTargetName", \.name, .name),
                .optional("Description", \.description, .description),
            ]
        }
    }
    typealias Response = EmptyResult
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        var target = try call.find(TrafficMirrorTarget.self, request.id, tx, or: .targetNotFound)
        guard !target.status.isTransitional else { throw APIError.targetStatus }
        target.name = request.name ?? target.name
        target.description = request.description ?? target.description
        target.updatedAt = call.now
        try tx.update(target)
        return EmptyResult()
    }
}
