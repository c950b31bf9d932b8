/// Sums of a run of segments that were kept when it was sealed: they answer a question that covers all of it without
/// reading it.
public protocol FlowSummary: Sendable {
    /// Numbers of its records.
    var numbers: ClosedRange<Int64> { get }
    /// The first and the last window end of its records, Unix seconds.
    var ends: ClosedRange<Int64> { get }

    /// The account's records by the values of one field: of one verdict, or with `nil` all of them. `nil` when such sums
    /// are not kept, or not exact.
    /// - Throws: `storage`.
    func groups(
        by key: FlowGrouping.Key, accountID: String, action: FlowAction?
    ) throws(FlowLogError) -> [(value: FlowGroups.Value, count: FlowSums.Count)]?
}

extension FlowView {
    /// The sums of summaries that answer the question for all their records, and which records these are.
    func summarised(
        _ query: FlowQuery, by grouping: FlowGrouping, ends: ClosedRange<Int64>?
    ) throws(FlowLogError) -> (sums: [(value: FlowGroups.Value, count: FlowSums.Count)], numbers: [ClosedRange<Int64>])
    {
        guard let ends, let accountID = query.accountID, grouping.keys.count == 1, let key = grouping.keys.first else {
            return ([], [])
        }
        var action: FlowAction?
        let conditions = query.predicate.conjuncts
        if let only = conditions.first {
            guard conditions.count == 1, case .condition(.action(let wanted)) = only else { return ([], []) }
            action = wanted
        }
        var sums: [(value: FlowGroups.Value, count: FlowSums.Count)] = []
        var numbers: [ClosedRange<Int64>] = []
        for summary in summaries {
            guard ends.lowerBound <= summary.ends.lowerBound, summary.ends.upperBound <= ends.upperBound,
                (deletedThrough[accountID] ?? 0) < summary.numbers.lowerBound,
                let groups = try summary.groups(by: key, accountID: accountID, action: action)
            else { continue }
            sums += groups
            numbers.append(summary.numbers)
        }
        return (sums, numbers)
    }
}
