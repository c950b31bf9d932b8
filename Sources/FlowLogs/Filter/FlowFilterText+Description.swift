import Packet

extension FlowFilterText: CustomStringConvertible {
    /// The filter in the filter language, with times in Unix seconds: read again it means the same.
    public var description: String {
        var parts: [String] = []
        if predicate != .everything { parts.append(predicate.filterText) }
        if let endedAfter { parts.append("since \(endedAfter)") }
        if let endedThrough { parts.append("until \(endedThrough)") }
        return parts.joined(separator: " ")
    }
}

extension FlowPredicate {
    /// As the filter language writes it. Lists that are empty, which it cannot write, become conditions that always
    /// or never hold.
    fileprivate var filterText: String {
        switch self {
        case .all(let list):
            list.isEmpty ? "status ok,nodata,skipdata" : list.map(\.operand).joined(separator: " and ")
        case .any(let list):
            list.isEmpty ? "not status ok,nodata,skipdata" : list.map(\.operand).joined(separator: " or ")
        case .not(let inner): "not \(inner.operand)"
        case .condition(let condition): condition.filterText
        }
    }

    /// The same inside of another.
    private var operand: String {
        switch self {
        case .condition: filterText
        case .not: filterText
        case .all, .any: "(\(filterText))"
        }
    }
}

extension FlowCondition {
    fileprivate var filterText: String {
        func list(_ word: String, _ values: [String]) -> String { "\(word) \(values.joined(separator: ","))" }
        return switch self {
        case .address(let field, let blocks): list(field == .source ? "src" : "dst", blocks.map(\.description))
        case .number(let field, let ranges): list(field.word, ranges.map(Self.text))
        case .text(let field, let names): list(field.word, names)
        case .tcpFlags(let sets): list("flags", sets.map(\.text))
        case .direction(let direction): "direction \(direction == .ingress ? "ingress" : "egress")"
        case .action(let action): "action \(action.text.lowercased())"
        case .rejectReasons(let reasons): list("reason", reasons.names)
        case .status(let statuses): list("status", statuses.map { $0.text.lowercased() })
        }
    }

    private static func text(_ range: ClosedRange<UInt64>) -> String {
        range.lowerBound == range.upperBound ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
    }
}

extension FlowCondition.NumberField {
    fileprivate var word: String {
        switch self {
        case .sourcePort: "sport"
        case .destinationPort: "dport"
        case .transport: "proto"
        case .packets: "packets"
        case .bytes: "bytes"
        }
    }
}

extension FlowCondition.TextField {
    fileprivate var word: String {
        switch self {
        case .flowLog: "flow-log"
        case .networkInterface: "eni"
        case .vpc: "vpc"
        case .subnet: "subnet"
        case .instance: "vm"
        }
    }
}
