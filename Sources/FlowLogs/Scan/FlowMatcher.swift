import Packet

/// A query's conditions, ready to be asked of many blocks.
///
/// Negations are moved down to the conditions, so that each node says which rows surely match, and a field that a row
/// does not have matches neither way.
struct FlowMatcher: Sendable {
    indirect enum Node: Sendable {
        case all([Node])
        case any([Node])
        case test(FlowCondition, isNegated: Bool)
    }

    let root: Node
    let accountID: String?
    /// Unix seconds, both inclusive; `nil` when nothing can be in between.
    let ends: ClosedRange<Int64>?
    let deletedThrough: [String: Int64]
    /// What stands side by side at the top, with the columns that decide it: first what is likely to leave nothing, so
    /// that the columns of the others need not be read.
    let stages: [(node: Node, columns: FlowColumns)]

    init(_ query: FlowQuery, deletedThrough: [String: Int64] = [:]) {
        root = Self.node(query.predicate, isNegated: false)
        accountID = query.accountID
        let after = query.endedAfter ?? .min
        let first = after == .max ? nil : after == .min ? Int64.min : after + 1
        let last = query.endedThrough ?? .max
        ends = first.flatMap { $0 <= last ? $0...last : nil }
        self.deletedThrough = deletedThrough
        stages = Self.conjuncts(root).map { ($0, Self.columns($0)) }.enumerated().sorted {
            (Self.rank($0.element.0), $0.offset) < (Self.rank($1.element.0), $1.offset)
        }.map(\.element)
    }

    private static func conjuncts(_ node: Node) -> [Node] {
        guard case .all(let list) = node else { return [node] }
        return list.flatMap(conjuncts)
    }

    private static func rank(_ node: Node) -> Int {
        switch node {
        case .test(.status, _): 0
        case .test(.text, isNegated: false): 1
        case .test(.address, isNegated: false): 2
        case .test(.number, isNegated: false): 3
        case .test: 4
        case .all, .any: 5
        }
    }

    private static func node(_ predicate: FlowPredicate, isNegated: Bool) -> Node {
        switch predicate {
        case .all(let list):
            let nodes = list.map { node($0, isNegated: isNegated) }
            return isNegated ? .any(nodes) : .all(nodes)
        case .any(let list):
            let nodes = list.map { node($0, isNegated: isNegated) }
            return isNegated ? .all(nodes) : .any(nodes)
        case .not(let inner): return node(inner, isNegated: !isNegated)
        case .condition(let condition): return .test(condition, isNegated: isNegated)
        }
    }

    private static func columns(_ node: Node) -> FlowColumns {
        switch node {
        case .all(let list), .any(let list): return list.reduce([]) { $0.union(columns($1)) }
        case .test(let condition, _):
            switch condition {
            case .address(.source, _): return .source
            case .address(.destination, _): return .destination
            case .number(let field, _): return field.column
            case .tcpFlags: return [.tcpFlags, .transport]
            case .direction: return .direction
            case .action: return .action
            case .rejectReasons: return .details
            case .text: return .names
            case .status: return []
            }
        }
    }

    /// `false` only when surely no record of the segment matches; nothing of it is read for that.
    func mayMatch(_ segment: any FlowSegment) -> Bool {
        guard let ends, ends.overlaps(segment.ends) else { return false }
        if let accountID {
            guard segment.mayHold(accountID: accountID), (deletedThrough[accountID] ?? 0) < segment.lastNumber else {
                return false
            }
        }
        return mayMatch(root, segment)
    }

    private func mayMatch(_ node: Node, _ segment: any FlowSegment) -> Bool {
        switch node {
        case .all(let list): list.allSatisfy { mayMatch($0, segment) }
        case .any(let list): list.contains { mayMatch($0, segment) }
        case .test(let condition, isNegated: false): mayMatch(condition, segment)
        case .test(.number(let field, let ranges), isNegated: true):
            // Outside of every range: not when all values lie in one.
            segment.bounds(of: field).map { bounds in
                !ranges.contains { $0.lowerBound <= bounds.lowerBound && bounds.upperBound <= $0.upperBound }
            } ?? true
        case .test(_, isNegated: true): true
        }
    }

    private func mayMatch(_ condition: FlowCondition, _ segment: any FlowSegment) -> Bool {
        switch condition {
        case .address(let field, let blocks): blocks.contains { segment.mayHold($0, as: field) }
        case .number(let field, let ranges):
            segment.bounds(of: field).map { bounds in ranges.contains { $0.overlaps(bounds) } } ?? !ranges.isEmpty
        case .text(let field, let names): names.contains { segment.mayHold($0, as: field) }
        case .tcpFlags: segment.bounds(of: .transport)?.contains(6) ?? true
        case .direction, .action, .rejectReasons, .status: true
        }
    }
}

extension FlowCondition.NumberField {
    var column: FlowColumns {
        switch self {
        case .sourcePort: .sourcePort
        case .destinationPort: .destinationPort
        case .transport: .transport
        case .packets: .packets
        case .bytes: .bytes
        }
    }
}
