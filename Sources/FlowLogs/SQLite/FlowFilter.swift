import GRDB

/// A query's conditions as SQL over `r`, a row of `record` or `open_record`.
struct FlowFilter {
    private var conditions: [String] = []
    private(set) var arguments: [DatabaseValue] = []
    /// Set when the query concerns this stream alone; it is among the conditions.
    private(set) var stream: Int64?

    /// - Throws: `invalidQuery`.
    init(_ query: FlowQuery, _ db: Database) throws {
        if let after = query.endedAfter { add("r.window_end > ?", after) }
        if let through = query.endedThrough { add("r.window_end <= ?", through) }
        let rest = try addStreams(query, db)
        for predicate in rest {
            var sql = FlowPredicateSQL()
            conditions.append(sql.text(predicate))
            arguments += sql.arguments
        }
    }

    private mutating func add(_ condition: String, _ values: Int64...) {
        conditions.append(condition)
        arguments += values.map(\.databaseValue)
    }

    /// Adds what concerns whole streams, and returns the other conditions.
    private mutating func addStreams(_ query: FlowQuery, _ db: Database) throws -> [FlowPredicate] {
        var names = query.accountID.map { [("account_id", $0)] } ?? []
        var rest: [FlowPredicate] = []
        for predicate in query.predicate.conjuncts {
            switch predicate {
            case .condition(.text(.flowLog, let ids)) where ids.count == 1: names.append(("flow_log_id", ids[0]))
            case .condition(.text(.networkInterface, let ids)) where ids.count == 1:
                names.append(("network_interface_id", ids[0]))
            default: rest.append(predicate)
            }
        }
        guard !names.isEmpty else { return rest }
        let sql = "SELECT id FROM stream WHERE " + names.map { "\($0.0) = ?" }.joined(separator: " AND ")
        let values = names.map(\.1.databaseValue)
        let streams = try Int64.fetchAll(db, sql: sql + " LIMIT 2", arguments: StatementArguments(values))
        if streams.count == 1, let only = streams.first {
            stream = only
            add("r.stream = ?", only)
        } else {
            // The plus keeps SQLite to the index on time, whose order is wanted.
            conditions.append("+r.stream IN (\(sql))")
            arguments += values
        }
        return rest
    }

    /// `WHERE …` of these and more conditions, whose arguments follow.
    func clause(_ more: [String] = []) -> String {
        let all = conditions + more
        return all.isEmpty ? "" : "WHERE " + all.joined(separator: " AND ")
    }

    func arguments(_ more: [Int64] = []) -> StatementArguments {
        StatementArguments(arguments + more.map(\.databaseValue))
    }
}
