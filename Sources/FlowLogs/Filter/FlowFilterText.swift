/// A filter of the filter language, understood: what a record must be, and when.
///
/// `src in 10.0.0.0/8 and dport 443 and action reject since 1h`. The words are in `docs/flow-logs.md`.
public struct FlowFilterText: Sendable, Hashable {
    /// Longest filter that is read, in bytes of UTF-8.
    public static let maximumLength = 16_384

    public var predicate: FlowPredicate
    /// Unix seconds: windows that ended after this.
    public var endedAfter: Int64?
    /// Unix seconds: windows that ended at this or before.
    public var endedThrough: Int64?

    public init(predicate: FlowPredicate = .everything, endedAfter: Int64? = nil, endedThrough: Int64? = nil) {
        self.predicate = predicate
        self.endedAfter = endedAfter
        self.endedThrough = endedThrough
    }

    /// Understands a filter; an empty one matches everything. Spans such as `1h` go back from `now`, Unix seconds.
    public init(_ text: String, now: Int64) throws(FilterError) {
        guard text.utf8.count <= Self.maximumLength else {
            throw FilterError(
                "a filter has at most \(Self.maximumLength) bytes, this one \(text.utf8.count)", "",
                "".startIndex..<"".endIndex)
        }
        var parser = FilterParser(text, try FilterToken.tokens(of: text), now: now)
        self = try parser.parse()
    }
}
