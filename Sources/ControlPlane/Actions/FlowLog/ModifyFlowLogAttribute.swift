import CloudAPI
import Model
import Store

/// Changes what is sent of a flow log. Windows are summed by the server, so no host is concerned.
struct ModifyFlowLogAttribute: WriteAction {
    struct Request: ActionRequest {
        var id = ""
        var name: String?
        var description: String?
        var aggregationInterval: Int?
        var formatVersion: Int?
        var trafficPath: [String]?
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("FlowLogId", \.id, .text), .optional("FlowLogName", \.name, .name),
                .optional("Description", \.description, .description),
                .optional("AggregationInterval", \.aggregationInterval, .aggregationInterval),
                .optional("FlowLogVersion", \.formatVersion, .flowLogVersion),
                .list("TrafficPath", \.trafficPath, .trafficPath),
            ]
        }
    }
    struct Response: Encodable, Sendable { let Version: Int }
    static let takesClientToken = true
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { request.id }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> Response {
        var log = try call.changeableFlowLog(request.id, tx)
        log.name = request.name ?? log.name
        log.description = request.description ?? log.description
        log.aggregationInterval = request.aggregationInterval ?? log.aggregationInterval
        log.formatVersion = request.formatVersion ?? log.formatVersion
        log.trafficPath = request.trafficPath ?? log.trafficPath
        // The generation stays: what hosts have acknowledged of this flow log is still true, or still fails.
        log.status = .pending
        log.updatedAt = call.now
        try tx.update(log)
        return Response(Version: log.formatVersion)
    }
}
