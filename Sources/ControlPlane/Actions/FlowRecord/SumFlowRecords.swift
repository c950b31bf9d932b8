import CloudAPI
import FlowLogs

/// Totals of all records that match, by verdict.
struct SumFlowRecords: ServiceAction, WeirAction {
    typealias Request = FlowRecordRequest
    typealias Response = FlowRecordSums
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> FlowRecordSums {
        let query = try request.query(call)
        do {
            let sums = try await call.services.flowLogs.sums(query)
            return FlowRecordSums(
                Accepted: .init(sums.accepted), Rejected: .init(sums.rejected), Lost: .init(sums.lost),
                IsExact: sums.isExact, Damaged: sums.damaged)
        } catch { throw APIError(flowLogs: error) }
    }
}
