import CloudAPI
import FlowLogs
import Model

/// Totals of all records that match, by verdict.
///
/// Answers when they are there; with `WaitSeconds` a long one answers after so long with a `QueryId` and how far it is,
/// and goes on when it is asked with that.
struct SumFlowRecords: ServiceAction, WeirAction {
    typealias Request = FlowRecordRequest
    typealias Response = FlowRecordSums
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> FlowRecordSums {
        let book = call.services.flowQueries
        let accountID = call.scope.accountID
        let id: String
        if let known = request.queryID, !known.isEmpty {
            id = known
        } else {
            let query = try request.query(call)
            let flowLogs = call.services.flowLogs
            guard request.waitSeconds != nil else {
                do { return FlowRecordSums(try await flowLogs.sums(query)) } catch { throw APIError(flowLogs: error) }
            }
            id = try book.start(accountID: accountID, action: Self.name, keys: FlowSums.grouping.keys) {
                progress throws(FlowLogError) in
                let view = try await flowLogs.view(includeRunning: query.includeOpen)
                return try await view.groups(query, by: FlowSums.grouping, progress: progress)
            }
        }
        let deadline = ContinuousClock.now + .seconds(request.waitSeconds ?? 1)
        switch try await book.answer(id, accountID: accountID, action: Self.name, until: deadline) {
        case .whole(let groups, _): return FlowRecordSums(FlowSums(groups))
        case .underWay(let scanned, let total): return FlowRecordSums(queryID: id, scanned: scanned, total: total)
        }
    }
}
