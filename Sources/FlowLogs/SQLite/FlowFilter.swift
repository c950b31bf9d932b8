import GRDB
import Model
import Packet

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
        try addStreams(query, db)
        if !query.statuses.isEmpty {
            let list = query.statuses.map { String($0.rawValue) }.sorted().joined(separator: ", ")
            conditions.append("r.status IN (\(list))")
        }
        if let transport = query.transport { add("r.transport = ?", Int64(transport)) }
        if let direction = query.direction { add("r.direction = ?", Int64(direction.rawValue)) }
        if let action = query.action { add("r.action = ?", Int64(action.rawValue)) }
        if let block = query.source { add("r.source", block) }
        if let block = query.destination { add("r.destination", block) }
        if let ports = query.sourcePorts { add("r.source_port", ports) }
        if let ports = query.destinationPorts { add("r.destination_port", ports) }
    }

    /// Refuses what no page can answer.
    static func check(_ query: FlowQuery) throws(FlowLogError) {
        guard FlowQuery.limitRange.contains(query.limit) else {
            throw .invalidQuery("a limit of \(query.limit) is outside 1...10000")
        }
        for ports in [query.sourcePorts, query.destinationPorts] {
            if let ports, ports.first > ports.last {
                throw .invalidQuery("the ports \(ports.first) to \(ports.last) are in the wrong order")
            }
        }
    }

    private mutating func add(_ condition: String, _ values: Int64...) {
        conditions.append(condition)
        arguments += values.map(\.databaseValue)
    }

    private mutating func add(_ column: String, _ block: AddressBlock) {
        conditions.append("\(column) BETWEEN ? AND ?")
        arguments += [block.first.stored, block.last.stored]
    }

    private mutating func add(_ column: String, _ ports: PortRange) {
        add("\(column) BETWEEN ? AND ?", Int64(ports.first), Int64(ports.last))
    }

    private mutating func addStreams(_ query: FlowQuery, _ db: Database) throws {
        let names = [
            ("account_id", query.accountID), ("flow_log_id", query.flowLogID),
            ("network_interface_id", query.networkInterfaceID),
        ].compactMap { name, value in value.map { (name, $0) } }
        guard !names.isEmpty else { return }
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
