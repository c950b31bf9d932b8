import CloudAPI
import FlowLogs

/// Long poll: records that became searchable after the token; without one after now, or, with a time since when, all
/// from then on.
struct TailFlowRecords: ServiceAction, WeirAction {
    typealias Request = FlowRecordRequest
    typealias Response = FlowRecordPage
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> FlowRecordPage {
        let deadline = ContinuousClock.now + .seconds(request.waitSeconds ?? 20)
        var query = try request.query(call)
        if query.cursor == nil, query.endedAfter != nil { query.cursor = FlowQuery.tailStart }
        do {
            while true {
                // In short turns, so that a server that stops is not held up.
                let left = max(.zero, deadline - ContinuousClock.now)
                let page = try await call.services.flowLogs.tail(query, patience: min(left, .seconds(1)))
                if !page.records.isEmpty || !page.damaged.isEmpty || left <= .zero || call.services.changes.isClosed {
                    return FlowRecordPage(page)
                }
                query.cursor = page.cursor
            }
        } catch { throw APIError(flowLogs: error) }
    }
}
