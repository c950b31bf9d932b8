import GRDB
import Packet

/// A predicate as SQL over `r`, a row of `record` or `open_record`, with its arguments in order. SQL's `NULL` is what
/// a record does not have.
struct FlowPredicateSQL {
    private(set) var arguments: [DatabaseValue] = []

    mutating func text(_ predicate: FlowPredicate) -> String {
        switch predicate {
        case .all(let list): joined(list.map { text($0) }, " AND ", empty: "1")
        case .any(let list): joined(list.map { text($0) }, " OR ", empty: "0")
        case .not(let inner): "NOT (\(text(inner)))"
        case .condition(let condition): text(condition)
        }
    }

    private func joined(_ parts: [String], _ word: String, empty: String) -> String {
        parts.isEmpty ? empty : "(" + parts.joined(separator: word) + ")"
    }

    private mutating func text(_ condition: FlowCondition) -> String {
        switch condition {
        case .address(let field, let blocks):
            let column = field == .source ? "r.source" : "r.destination"
            return joined(
                blocks.map { between(column, $0.first.stored, $0.last.stored) }, " OR ", empty: "\(column) <> \(column)"
            )
        case .number(let field, let ranges):
            let column = Self.column(field)
            return joined(ranges.map { between(column, $0) }, " OR ", empty: "\(column) <> \(column)")
        case .text(let field, let names):
            guard let column = Self.column(field) else { return "NULL" }
            arguments += names.map(\.databaseValue)
            let marks = names.map { _ in "?" }.joined(separator: ", ")
            return "r.stream IN (SELECT id FROM stream WHERE \(column) IN (\(marks)))"
        case .tcpFlags(let sets):
            return joined(
                sets.map { flags in
                    "iif(r.transport = 6, r.tcp_flags & \(flags.rawValue), NULL) = \(flags.rawValue)"
                }, " OR ", empty: "iif(r.transport = 6, 0, NULL)")
        case .direction(let direction): return "r.direction = \(direction.rawValue)"
        case .action(let action): return "r.action = \(action.rawValue)"
        case .status(let list):
            return "r.status IN (\(list.map { String($0.rawValue) }.joined(separator: ", ")))"
        }
    }

    private mutating func between(_ column: String, _ range: ClosedRange<UInt64>) -> String {
        // No count is larger than what a column holds.
        guard let first = Int64(exactly: range.lowerBound) else { return "\(column) < 0" }
        return between(column, first.databaseValue, Int64(clamping: range.upperBound).databaseValue)
    }

    private mutating func between(_ column: String, _ first: DatabaseValue, _ last: DatabaseValue) -> String {
        arguments += [first, last]
        return "\(column) BETWEEN ? AND ?"
    }

    private static func column(_ field: FlowCondition.NumberField) -> String {
        switch field {
        case .sourcePort: "r.source_port"
        case .destinationPort: "r.destination_port"
        case .transport: "r.transport"
        // Those of SKIPDATA are a loss.
        case .packets: "iif(r.status = 0, r.packets, NULL)"
        case .bytes: "iif(r.status = 0, r.bytes, NULL)"
        }
    }

    /// `nil` for what these rows do not have.
    private static func column(_ field: FlowCondition.TextField) -> String? {
        switch field {
        case .flowLog: "flow_log_id"
        case .networkInterface: "network_interface_id"
        case .vpc, .subnet, .instance: nil
        }
    }
}
