/// Packets of a window that are in no other record, and why.
public struct FlowLoss: Sendable, Hashable {
    /// Why packets were lost; several causes can meet in one window.
    public struct Causes: OptionSet, Sendable, Hashable {
        public let rawValue: Int64
        public init(rawValue: Int64) { self.rawValue = rawValue }

        /// The agent counted packets without their flows: its flow map or its spool was full.
        public static let skippedByAgent = Causes(rawValue: 1)
        /// Batches that the agent numbered never came.
        public static let missingBatch = Causes(rawValue: 2)
        /// The agent came back with another spool, so what the old one still held never comes.
        public static let spoolReplaced = Causes(rawValue: 4)
        /// A slice bore times that cannot be; its packets are counted in the window of its arrival.
        public static let invalidTime = Causes(rawValue: 8)

        /// The true counts are larger than the largest number that fits, 2^63 − 1.
        public static let countOverflow = Causes(rawValue: 16)

        /// The server's running windows held no more flows.
        public static let windowsFull = Causes(rawValue: 32)

        /// For a part of the window the ENI's device was missing or without its programs.
        public static let notAccounted = Causes(rawValue: 64)

        /// Causes whose number of packets nobody knows.
        static let uncounted: Causes = [.missingBatch, .spoolReplaced, .countOverflow, .notAccounted]

        /// One name per cause, e.g. `skipped-by-agent`.
        public var names: [String] {
            let all: [(Causes, String)] = [
                (.skippedByAgent, "skipped-by-agent"), (.missingBatch, "missing-batch"),
                (.spoolReplaced, "spool-replaced"), (.invalidTime, "invalid-time"), (.countOverflow, "count-overflow"),
                (.windowsFull, "windows-full"), (.notAccounted, "not-accounted"),
            ]
            return all.filter { contains($0.0) }.map(\.1)
        }
    }

    /// Lost wire packets: all of them when `isExact`, else at least so many.
    public var packets: UInt64
    /// Σ IP total length of the lost packets, like `packets`.
    public var bytes: UInt64
    public var causes: Causes

    public init(packets: UInt64, bytes: UInt64, causes: Causes) {
        self.packets = packets
        self.bytes = bytes
        self.causes = causes
    }

    /// Whether the counts are the whole loss.
    public var isExact: Bool { causes.isDisjoint(with: .uncounted) }
}
