import CloudAPI
import FlowLogs
import Model

/// Packets, bytes and records of what matches, by the values of some fields: the largest groups first.
///
/// A long one answers after `WaitSeconds` with a `QueryId` and how far it is; asked with that, it goes on.
struct AggregateFlowRecords: ServiceAction, WeirAction {
    struct Request: ActionRequest {
        var queryID: String?
        var filter: String?
        var flowLogID: String?
        var interfaceID: String?
        var groupBy: [FlowGrouping.Key]?
        var bucketSeconds = 60
        var order = "bytes"
        var maxGroups = 10
        var includeOpen = false
        var waitSeconds = 1
        init() {}
        static var fields: [Field<Self>] {
            [
                .optional("QueryId", \.queryID, .text), .optional("Filter", \.filter, .text),
                .optional("FlowLogId", \.flowLogID, .text), .optional("NetworkInterfaceId", \.interfaceID, .text),
                .list("GroupBy", \.groupBy, .parsed { FlowGrouping.Key(word: $0) }, limit: FlowGrouping.maximumKeys),
                .optional("BucketSeconds", \.bucketSeconds, .range(1...Int(FlowGrouping.bucketRange.upperBound))),
                .optional("OrderBy", \.order, .oneOf(Set(FlowGrouping.Order.allCases.map(\.rawValue)))),
                .optional("MaxGroups", \.maxGroups, .range(FlowGrouping.limitRange)),
                .optional("IncludeOpen", \.includeOpen, .flag),
                .optional("WaitSeconds", \.waitSeconds, .range(0...30)),
            ]
        }

        func validate() throws(APIError) {
            let keys = groupBy ?? []
            guard Set(keys).count == keys.count else { throw .invalidParameter("GroupBy") }
        }

        /// What parameters of their own name, so that keys which may see no more can ask.
        var named: FlowPredicate {
            .all(
                [flowLogID.map(FlowPredicate.flowLog), interfaceID.map(FlowPredicate.networkInterface)].compactMap {
                    $0
                })
        }

        var grouping: FlowGrouping {
            FlowGrouping(
                by: groupBy ?? [], bucketSeconds: Int64(bucketSeconds),
                order: FlowGrouping.Order(rawValue: order) ?? .bytes, limit: maxGroups)
        }
    }
    typealias Response = FlowRecordGroups
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> FlowRecordGroups {
        let book = call.services.flowQueries
        let id: String
        if let known = request.queryID, !known.isEmpty {
            id = known
        } else {
            let grouping = request.grouping
            let filter = try FlowFilterText(parameter: request.filter, call)
            let query = FlowQuery(
                accountID: call.scope.accountID, endedAfter: filter.endedAfter, endedThrough: filter.endedThrough,
                matching: request.named.and(filter.predicate), includeOpen: request.includeOpen)
            let flowLogs = call.services.flowLogs
            id = try book.start(accountID: call.scope.accountID, action: Self.name, keys: grouping.keys) {
                progress throws(FlowLogError) in
                let view = try await flowLogs.view(includeRunning: query.includeOpen)
                return try await view.groups(query, by: grouping, progress: progress)
            }
        }
        let deadline = ContinuousClock.now + .seconds(request.waitSeconds)
        switch try await book.answer(id, accountID: call.scope.accountID, action: Self.name, until: deadline) {
        case .whole(let groups, let keys): return FlowRecordGroups(groups, keys)
        case .underWay(let scanned, let total): return FlowRecordGroups(queryID: id, scanned: scanned, total: total)
        }
    }
}
