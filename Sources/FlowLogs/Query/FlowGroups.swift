public import Model

/// Records summed by the values of some fields.
public struct FlowGroups: Sendable, Hashable {
    /// One value of a field that groups are by.
    public enum Value: Sendable, Hashable {
        /// The record does not have the field.
        case none
        case address(IPAddress)
        /// Ports, protocols, raw values of direction, action and status; Unix seconds of a bucket's start.
        case number(UInt64)
        case text(String)
    }

    public struct Group: Sendable, Hashable {
        /// In the order of the grouping's keys.
        public var values: [Value]
        /// Packets and bytes of SKIPDATA records are those that were lost.
        public var count: FlowSums.Count

        public init(values: [Value], count: FlowSums.Count) {
            self.values = values
            self.count = count
        }
    }

    /// The groups wanted, the largest first.
    public var groups: [Group] = []
    /// Everything that matches.
    public var total = FlowSums.Count()
    /// What is in none of `groups`.
    public var others = FlowSums.Count()
    /// Distinct groups; at least so many when `isComplete` is false.
    public var distinct: UInt64 = 0
    /// `false` when there were more groups than are kept in memory: then `groups` are exact only for those seen early,
    /// and the rest is in `others`.
    public var isComplete = true
    /// `false` when a count did not fit, when a loss has an unknown number of packets, or when something is damaged.
    public var isExact = true
    /// What could not be read and is missing, by name and reason.
    public var damaged: [String] = []
    /// Records of the store, and those of them that had to be looked at.
    public var storedRecords: UInt64 = 0
    public var scannedRecords: UInt64 = 0

    public init() {}
}

extension FlowGroups.Value: Comparable {
    /// Nothing first, then addresses (IPv4 first), numbers, texts.
    public static func < (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.address(let a), .address(let b)):
            (a.family.rawValue, a.high, a.low) < (b.family.rawValue, b.high, b.low)
        case (.number(let a), .number(let b)): a < b
        case (.text(let a), .text(let b)): a < b
        default: left.rank < right.rank
        }
    }

    private var rank: Int {
        switch self {
        case .none: 0
        case .address: 1
        case .number: 2
        case .text: 3
        }
    }
}

extension FlowGroups.Value {
    /// As people and programs read it: addresses and names as they are, `accept`, `ingress`, `ok` by name, numbers in
    /// decimal (ports, protocols, Unix seconds of a bucket's start), `-` for what a record does not have.
    public func text(_ key: FlowGrouping.Key) -> String {
        switch self {
        case .none: return "-"
        case .address(let address): return address.description
        case .text(let text): return text
        case .number(let number):
            switch key {
            case .direction: return number == 0 ? "ingress" : "egress"
            case .action: return UInt8(exactly: number).flatMap(FlowAction.init)?.text ?? String(number)
            case .status: return UInt8(exactly: number).flatMap(FlowLogStatus.init)?.text ?? String(number)
            default: return String(number)
            }
        }
    }
}
