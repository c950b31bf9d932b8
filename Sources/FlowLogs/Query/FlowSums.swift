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
