/// What records are summed by, and which groups are wanted.
public struct FlowGrouping: Sendable, Hashable {
    /// Fields of which each distinct combination of values is a group. What a record does not have is a value too.
    public enum Key: String, Sendable, Hashable, CaseIterable {
        case source, destination, sourcePort, destinationPort, transport, direction, action, status
        case account, flowLog, networkInterface, vpc, subnet, instance
        /// Buckets of `bucketSeconds`, by window end.
        case time
    }

    public enum Order: String, Sendable, Hashable, CaseIterable { case bytes, packets, records }

    /// Groups an answer may have at most.
    public static let limitRange: ClosedRange<Int> = 1...10_000
    /// Fields that may be combined at most.
    public static let maximumKeys = 8
    public static let bucketRange: ClosedRange<Int64> = 1...31_622_400

    /// Distinct; none is one group of everything.
    public var keys: [Key]
    /// Length of a bucket of `time`, within `bucketRange`. A window belongs to the bucket that its last second is in.
    public var bucketSeconds: Int64
    /// The largest groups first. Equal ones in the order of their values.
    public var order: Order
    /// Groups wanted, within `limitRange`.
    public var limit: Int

    public init(by keys: [Key], bucketSeconds: Int64 = 60, order: Order = .bytes, limit: Int = 10) {
        self.keys = keys
        self.bucketSeconds = bucketSeconds
        self.order = order
        self.limit = limit
    }

    /// - Throws: `invalidQuery`.
    func check() throws(FlowLogError) {
        guard Set(keys).count == keys.count, keys.count <= Self.maximumKeys else {
            throw .invalidQuery("groups are by at most \(Self.maximumKeys) different fields")
        }
        guard Self.bucketRange.contains(bucketSeconds) else {
            throw .invalidQuery("a bucket of \(bucketSeconds) s is outside 1...\(Self.bucketRange.upperBound)")
        }
        guard Self.limitRange.contains(limit) else {
            throw .invalidQuery("a limit of \(limit) groups is outside 1...\(Self.limitRange.upperBound)")
        }
    }
}

extension FlowGrouping.Key {
    private static let words: [(key: FlowGrouping.Key, word: String)] = [
        (.source, "src"), (.destination, "dst"), (.sourcePort, "sport"), (.destinationPort, "dport"),
        (.transport, "proto"), (.direction, "direction"), (.action, "action"), (.status, "status"),
        (.account, "account"), (.flowLog, "flow-log"), (.networkInterface, "eni"), (.vpc, "vpc"), (.subnet, "subnet"),
        (.instance, "vm"), (.time, "time"),
    ]

    /// What it is called outside, as in the filter language.
    public var word: String { Self.words.first { $0.key == self }?.word ?? rawValue }

    /// Reads such a word, in any case; `nil` for anything else.
    public init?(word: String) {
        guard let key = Self.words.first(where: { $0.word == word.lowercased() })?.key else { return nil }
        self = key
    }
}
