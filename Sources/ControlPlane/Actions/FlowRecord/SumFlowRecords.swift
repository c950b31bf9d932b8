import CloudAPI
import FlowLogs

/// Totals of all records that match, by verdict.
struct SumFlowRecords: ServiceAction, WeirAction {
    typealias Request = FlowRecordRequest
    typealias Response = FlowRecordSums
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> FlowRecordSums {
        do {
            let sums = try await call.services.flowLogs.sums(request.query(call))
            return FlowRecordSums(
                Accepted: .init(sums.accepted), Rejected: .init(sums.rejected), Lost: .init(sums.lost),
                IsExact: sums.isExact)
        } catch { throw APIError(flowLogs: error) }
    }
}
