/// Totals over the records that match a query.
public struct FlowSums: Sendable, Hashable {
    /// Totals of one kind of record.
    public struct Count: Sendable, Hashable {
        public var records: UInt64 = 0
        public var packets: UInt64 = 0
        public var bytes: UInt64 = 0

        public init(records: UInt64 = 0, packets: UInt64 = 0, bytes: UInt64 = 0) {
            self.records = records
            self.packets = packets
            self.bytes = bytes
        }
    }

    public var accepted = Count()
    public var rejected = Count()
    /// From SKIPDATA records.
    public var lost = Count()
    public var idleWindows: UInt64 = 0
    /// `false` when a count did not fit, when a loss has an unknown number of packets, or when something is damaged.
    public var isExact = true
    /// What could not be read and is missing above, by name and reason.
    public var damaged: [String] = []

    public init() {}
}

extension FlowSums {
    /// Groups that give all of the totals.
    public static let grouping = FlowGrouping(by: [.action, .status], order: .records)

    /// The totals from groups by `grouping`.
    public init(_ groups: FlowGroups) {
        for group in groups.groups {
            switch group.values {
            case [.number(UInt64(FlowAction.accept.rawValue)), .number(UInt64(FlowLogStatus.ok.rawValue))]:
                accepted = group.count
            case [.number(UInt64(FlowAction.reject.rawValue)), .number(UInt64(FlowLogStatus.ok.rawValue))]:
                rejected = group.count
            case [.none, .number(UInt64(FlowLogStatus.skipData.rawValue))]: lost = group.count
            default: idleWindows &+= group.count.records
            }
        }
        isExact = groups.isExact
        damaged = groups.damaged
    }
}
