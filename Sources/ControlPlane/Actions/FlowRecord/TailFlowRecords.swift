import CloudAPI
import FlowLogs
import ServiceLifecycle

/// Long poll: records that became searchable after the token.
struct TailFlowRecords: ServiceAction, WeirAction {
    typealias Request = FlowRecordRequest
    typealias Response = FlowRecordPage
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> FlowRecordPage {
        do {
            let page = try await cancelWhenGracefulShutdown {
                try await call.services.flowLogs.tail(
                    request.query(call), patience: .seconds(request.waitSeconds))
            }
            return FlowRecordPage(Records: page.records.map(FlowRecordView.init), NextToken: page.cursor ?? "")
        } catch let error as FlowLogError { throw APIError(flowLogs: error) }
    }
}
