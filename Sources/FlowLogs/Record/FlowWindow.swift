/// A span of time that is summed into one record per five-tuple: `start` belongs to it, `end` does not.
public struct FlowWindow: Sendable, Hashable {
    /// Unix seconds.
    public var start: Int64
    /// Unix seconds, above `start`.
    public var end: Int64

    public init(start: Int64, end: Int64) {
        self.start = start
        self.end = end
    }

    /// The latest instant that is taken for a time at all: the end of the year 9999, in Unix milliseconds.
    static let latestMilliseconds: Int64 = 253_402_300_799_999

    /// The window of the clock-aligned grid of `seconds` that holds the instant; the instant must be in
    /// `0...latestMilliseconds` and `seconds` in `FlowLogSettings.windowRange`.
    static func holding(milliseconds: Int64, seconds: Int64) -> FlowWindow {
        let instant = milliseconds / 1000
        let start = instant - instant % seconds
        return FlowWindow(start: start, end: start + seconds)
    }
}
