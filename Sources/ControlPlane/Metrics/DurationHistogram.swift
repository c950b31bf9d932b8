import Synchronization

/// How long things took, in fixed buckets. Any thread may add.
final class DurationHistogram: Sendable {
    /// Upper bounds of the buckets in seconds; what is longer is counted in `count` alone.
    static let bounds: [Double] = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60,
    ]

    struct Contents: Sendable, Equatable {
        /// Of each bucket alone.
        var counts = [UInt64](repeating: 0, count: DurationHistogram.bounds.count)
        var count: UInt64 = 0
        var seconds = 0.0
    }

    private let state = Mutex(Contents())

    /// A negative time, as of a clock that was set back, counts as none.
    func add(seconds: Double) {
        let seconds = seconds.isFinite ? max(0, seconds) : 0
        let bucket = Self.bounds.firstIndex { seconds <= $0 }
        state.withLock { state in
            if let bucket { state.counts[bucket] &+= 1 }
            state.count &+= 1
            state.seconds += seconds
        }
    }

    func add(_ duration: Duration) { add(seconds: duration.inSeconds) }

    var contents: Contents { state.withLock { $0 } }
}

extension Duration {
    /// As a fraction of seconds.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
