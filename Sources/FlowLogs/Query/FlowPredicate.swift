/// A tree of conditions on flow records.
///
/// What a record does not have (the five-tuple of a NODATA record, a field that its flow log leaves out) is neither
/// equal nor unequal to anything, as `NULL` in SQL: neither a condition on it nor the opposite of that matches.
public indirect enum FlowPredicate: Sendable, Hashable {
    /// Every one matches; an empty list matches every record.
    case all([FlowPredicate])
    /// At least one matches; an empty list matches no record.
    case any([FlowPredicate])
    case not(FlowPredicate)
    case condition(FlowCondition)

    /// Matches every record.
    public static let everything = FlowPredicate.all([])

    /// Deepest tree that is taken.
    public static let maximumDepth = 64

    /// Both match.
    public func and(_ other: FlowPredicate) -> FlowPredicate {
        switch (self, other) {
        case (.everything, _): other
        case (_, .everything): self
        case (.all(let some), .all(let more)): .all(some + more)
        case (.all(let some), _): .all(some + [other])
        default: .all([self, other])
        }
    }

    /// The conditions that every matching record meets, as far as they stand side by side at the top.
    public var conjuncts: [FlowPredicate] {
        guard case .all(let list) = self else { return [self] }
        return list.flatMap(\.conjuncts)
    }

    /// Levels of the tree, 1 for a single condition.
    public var depth: Int {
        switch self {
        case .all(let list), .any(let list): 1 + (list.map(\.depth).max() ?? 0)
        case .not(let inner): 1 + inner.depth
        case .condition: 1
        }
    }
}

// The conditions by name.
extension FlowPredicate {
    public static func flowLog(_ id: String) -> FlowPredicate { .condition(.text(.flowLog, [id])) }
    public static func networkInterface(_ id: String) -> FlowPredicate { .condition(.text(.networkInterface, [id])) }
    public static func source(_ block: AddressBlock) -> FlowPredicate { .condition(.address(.source, [block])) }
    public static func destination(_ block: AddressBlock) -> FlowPredicate {
        .condition(.address(.destination, [block]))
    }
    public static func sourcePort(_ ports: ClosedRange<UInt16>) -> FlowPredicate {
        .condition(.number(.sourcePort, [UInt64(ports.lowerBound)...UInt64(ports.upperBound)]))
    }
    public static func destinationPort(_ ports: ClosedRange<UInt16>) -> FlowPredicate {
        .condition(.number(.destinationPort, [UInt64(ports.lowerBound)...UInt64(ports.upperBound)]))
    }
    /// `number` is IANA's.
    public static func transport(_ number: UInt8) -> FlowPredicate {
        .condition(.number(.transport, [UInt64(number)...UInt64(number)]))
    }
}
