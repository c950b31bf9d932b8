/// One name of the metrics page: what it counts, and which labels its samples have.
public struct MetricFamily: Sendable, Hashable {
    /// The types of the Prometheus text format that Weir uses.
    public enum Kind: String, Sendable {
        /// Only grows, and starts at 0 when its process does.
        case counter
        case gauge
        /// `_bucket`, `_sum` and `_count`; in seconds.
        case histogram
    }

    public let name: String
    public let kind: Kind
    /// One line for people.
    public let help: String
    /// Names of labels, in the order in which samples give their values. Without `le`.
    public let labels: [String]

    static func counter(_ name: String, _ help: String, _ labels: String...) -> MetricFamily {
        MetricFamily(name: name, kind: .counter, help: help, labels: labels)
    }

    static func gauge(_ name: String, _ help: String, _ labels: String...) -> MetricFamily {
        MetricFamily(name: name, kind: .gauge, help: help, labels: labels)
    }

    static func histogram(_ name: String, _ help: String, _ labels: String...) -> MetricFamily {
        MetricFamily(name: name, kind: .histogram, help: help, labels: labels)
    }
}

/// Families about one thing, as a chapter of `docs/metrics.md`.
public struct MetricChapter: Sendable {
    public let title: String
    /// What the counts of it begin with, and what its labels may be.
    public let text: String
    public let families: [MetricFamily]
}
