import CloudAPI
import Model
import Store

/// Changes a filter's name or description; done when it answers.
struct ModifyTrafficMirrorFilterAttributes: WriteAction {
    struct Request: ActionRequest {
        var id = ""
        var name: String?
        var description: String?
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("TrafficMirrorFilterId", \.id, .text), .optional("TrafficMirrorFilterName", \.name, .name),
                .optional("Description", \.description, .description),
            ]
        }
    }
    typealias Response = EmptyResult
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        var filter = try call.find(TrafficMirrorFilter.self, request.id, tx, or: .filterNotFound)
        guard !filter.status.isTransitional else { throw APIError.filterStatus }
        filter.name = request.name ?? filter.name
        filter.description = request.description ?? filter.description
        filter.updatedAt = call.now
        try tx.update(filter)
        return EmptyResult()
    }
}
