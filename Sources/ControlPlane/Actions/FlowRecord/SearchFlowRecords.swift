import CloudAPI
import FlowLogs

/// One page of closed flow records; with `IncludeOpen` also what has gathered in windows that still run. A long search
/// answers after a few seconds with what it has, and goes on by `NextToken`.
struct SearchFlowRecords: ServiceAction, WeirAction {
    typealias Request = FlowRecordRequest
    typealias Response = FlowRecordPage
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> FlowRecordPage {
        let query = try request.query(call)
        do {
            let view = try await call.services.flowLogs.view(includeRunning: query.includeOpen)
            return FlowRecordPage(try await view.search(query, patience: .seconds(3)))
        } catch { throw APIError(flowLogs: error) }
    }
}
