import GRDB
import Model

/// The catalogue's sums of a sealed file.
struct SealedSummary: FlowSummary {
    let catalogue: FlowCatalogue
    let info: FlowCatalogue.File

    var numbers: ClosedRange<Int64> { info.firstRecord...info.firstRecord + info.records - 1 }
    var ends: ClosedRange<Int64> { info.ends }

    func groups(
        by key: FlowGrouping.Key, accountID: String, action: FlowAction?
    ) throws(FlowLogError) -> [(value: FlowGroups.Value, count: FlowSums.Count)]? {
        switch key {
        case .source: try tops(0, accountID, action)
        case .destination: try tops(1, accountID, action)
        case .networkInterface: try totals("network_interface_id", accountID, action)
        case .flowLog: try totals("flow_log_id", accountID, action)
        case .action: try totals("kind", accountID, action)
        default: nil
        }
    }

    /// Sums by an address, and what has none.
    private func tops(
        _ field: Int, _ accountID: String, _ action: FlowAction?
    ) throws(FlowLogError) -> [(value: FlowGroups.Value, count: FlowSums.Count)]? {
        try catalogue.read { db in
            guard try isExact(db, accountID) else { return nil }
            let gap = try Int64.fetchOne(
                db.cachedStatement(
                    sql: "SELECT 1 FROM top_gap WHERE generation = ? AND account_id = ? AND field = ?"),
                arguments: [info.generation, accountID, field])
            guard gap == nil else { return nil }
            var list: [(value: FlowGroups.Value, count: FlowSums.Count)] = []
            let rows = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT value, records, packets, bytes FROM top
                        WHERE generation = ? AND account_id = ? AND field = ? AND action BETWEEN ? AND ?
                        """),
                arguments: [
                    info.generation, accountID, field, action.map { Int64($0.rawValue) } ?? 0,
                    action.map { Int64($0.rawValue) } ?? 1,
                ])
            while let row = try rows.next() {
                guard let text: String = row[0], let address = IPAddress(text) else { return nil }
                list.append((.address(address), Self.count(row)))
            }
            if action == nil {
                let rest = try sums(db, "kind", accountID, kinds: 2...3)
                for (_, count) in rest { list.append((.none, count)) }
            }
            return list
        }
    }

    private func totals(
        _ column: String, _ accountID: String, _ action: FlowAction?
    ) throws(FlowLogError) -> [(value: FlowGroups.Value, count: FlowSums.Count)]? {
        try catalogue.read { db in
            guard try isExact(db, accountID) else { return nil }
            let kinds = action.map { Int64($0.rawValue)...Int64($0.rawValue) } ?? 0...3
            var list: [(value: FlowGroups.Value, count: FlowSums.Count)] = []
            for (value, count) in try sums(db, column, accountID, kinds: kinds) {
                switch value.storage {
                case .string(let text): list.append((.text(text), count))
                case .int64(let kind) where (0...1).contains(kind):
                    list.append((.number(UInt64(clamping: kind)), count))
                // Of NODATA and SKIPDATA there is no verdict.
                default: list.append((.none, count))
                }
            }
            return list
        }
    }

    private func sums(
        _ db: Database, _ column: String, _ accountID: String, kinds: ClosedRange<Int64>
    ) throws -> [(DatabaseValue, FlowSums.Count)] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT \(column), sum(records), sum(packets), sum(bytes)
                    FROM total t JOIN stream s ON s.id = t.stream
                    WHERE t.generation = ? AND s.account_id = ? AND t.kind BETWEEN ? AND ? GROUP BY \(column)
                    """),
            arguments: [info.generation, accountID, kinds.lowerBound, kinds.upperBound]
        ).map { ($0[0], Self.count($0)) }
    }

    /// Whether nothing in the file stopped at the largest number, or is a loss of unknown size.
    private func isExact(_ db: Database, _ accountID: String) throws -> Bool {
        try Int64.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT 1 FROM total t JOIN stream s ON s.id = t.stream
                    WHERE t.generation = ? AND s.account_id = ? AND t.is_inexact = 1 LIMIT 1
                    """), arguments: [info.generation, accountID]) == nil
    }

    private static func count(_ row: Row) -> FlowSums.Count {
        func number(_ column: Int) -> UInt64 { UInt64(clamping: Int64.fromDatabaseValue(row[column]) ?? 0) }
        return FlowSums.Count(records: number(1), packets: number(2), bytes: number(3))
    }
}
