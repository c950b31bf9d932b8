import CloudAPI
import Model
import Store

/// Makes an empty filter: without rules it accepts nothing.
struct CreateTrafficMirrorFilter: WriteAction {
    struct Request: ActionRequest {
        var name: String?
        var description = ""
        var projectName = "default"
        var tags: [Tag] = []
        init() {}
        static var fields: [Field<Self>] {
            [
                .optional("TrafficMirrorFilterName", \.name, .name),
                .optional("Description", \.description, .description),
                .optional("ProjectName", \.projectName, .text),
                .tags(\.tags),
            ]
        }
    }
    struct Response: Encodable, Sendable { let TrafficMirrorFilterId: String }
    static let takesClientToken = true
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { response.TrafficMirrorFilterId }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> Response {
        try call.requireProject(request.projectName, tx)
        try call.requireRoom(
            for: ListQuery<TrafficMirrorFilter>(), under: call.settings.quotas.trafficMirrorFilters, tx,
            or: .quotaExceeded("TrafficMirrorFilter", "traffic mirror filters"))

        let id: Identifier<TrafficMirrorFilter> = call.newID("tmf")
        let filter = TrafficMirrorFilter(
            id: id, accountID: call.scope.accountID, region: call.scope.region, name: request.name ?? id.rawValue,
            description: request.description, projectName: request.projectName,
            status: call.firstStatus(.available), createdAt: call.now, updatedAt: call.now)
        try tx.insert(filter)
        try call.insertTags(request.tags, of: filter, tx)
        return Response(TrafficMirrorFilterId: id.rawValue)
    }
}
