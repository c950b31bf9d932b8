import CloudAPI
import FlowLogs

/// One page of closed flow records; with `IncludeOpen` also what has gathered in windows that still run.
struct SearchFlowRecords: ServiceAction, WeirAction {
    typealias Request = FlowRecordRequest
    typealias Response = FlowRecordPage
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> FlowRecordPage {
        do {
            let page = try await call.services.flowLogs.search(request.query(call))
            return FlowRecordPage(Records: page.records.map(FlowRecordView.init), NextToken: page.cursor ?? "")
        } catch { throw APIError(flowLogs: error) }
    }
}
