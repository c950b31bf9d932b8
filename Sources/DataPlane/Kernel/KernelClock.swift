import Glibc

/// The clocks of the data plane: wall time for bounds, boot time for deadlines (it counts suspended time too).
public struct KernelClock: Sendable {
    /// Both clocks at one instant.
    public struct Reading: Sendable, Equatable {
        /// CLOCK_REALTIME in milliseconds; it may be set at any time.
        public var wallMilliseconds: Int64
        /// CLOCK_BOOTTIME in nanoseconds; it only goes forward, also while the machine sleeps.
        public var bootNanoseconds: UInt64

        public init(wallMilliseconds: Int64, bootNanoseconds: UInt64) {
            self.wallMilliseconds = wallMilliseconds
            self.bootNanoseconds = bootNanoseconds
        }
    }

    public let read: @Sendable () -> Reading

    /// Tests bring clocks of their own.
    public init(read: @escaping @Sendable () -> Reading) { self.read = read }

    /// The machine's clocks.
    public static let system = KernelClock {
        Reading(wallMilliseconds: realtimeMilliseconds, bootNanoseconds: boottimeNanoseconds)
    }

    /// CLOCK_REALTIME in milliseconds.
    public static var realtimeMilliseconds: Int64 {
        let now = time(CLOCK_REALTIME)
        return Int64(now.tv_sec) &* 1000 &+ Int64(now.tv_nsec) / 1_000_000
    }

    /// CLOCK_BOOTTIME in nanoseconds.
    public static var boottimeNanoseconds: UInt64 {
        let now = time(CLOCK_BOOTTIME)
        return UInt64(now.tv_sec) &* 1_000_000_000 &+ UInt64(now.tv_nsec)
    }

    /// CLOCK_MONOTONIC in nanoseconds, which stands still while the machine sleeps.
    static var monotonicNanoseconds: UInt64 {
        let now = time(CLOCK_MONOTONIC)
        return UInt64(now.tv_sec) &* 1_000_000_000 &+ UInt64(now.tv_nsec)
    }

    private static func time(_ clock: clockid_t) -> timespec {
        var now = timespec()
        clock_gettime(clock, &now)
        return now
    }
}

/// The grid on which slices end: multiples of the slice of CLOCK_REALTIME, kept as deadlines of CLOCK_BOOTTIME.
public struct SliceGrid: Sendable {
    /// By how much the two clocks may drift apart within a slice before it counts as a step of the wall clock.
    static let stepMilliseconds: Int64 = 250

    private let sliceMilliseconds: Int64
    private var armed: KernelClock.Reading
    /// CLOCK_BOOTTIME, in nanoseconds, of the next boundary.
    public private(set) var deadline: UInt64

    /// - Parameters:
    ///   - sliceSeconds: length of a slice, 1...60.
    ///   - now: the clocks.
    public init(sliceSeconds: Int, now: KernelClock.Reading) {
        sliceMilliseconds = Int64(min(max(sliceSeconds, 1), 60)) * 1000
        armed = now
        deadline = Self.boundary(after: now, sliceMilliseconds)
    }

    /// Whether slices are to be closed: at a boundary, and when the wall clock was set.
    public func isDue(_ now: KernelClock.Reading) -> Bool {
        now.bootNanoseconds >= deadline || Self.step(from: armed, to: now) != 0
    }

    /// Slices were closed; the next ones end at the next boundary.
    public mutating func arm(_ now: KernelClock.Reading) {
        armed = now
        deadline = Self.boundary(after: now, sliceMilliseconds)
    }

    /// Where the wall clock has its next multiple of the slice.
    private static func boundary(after now: KernelClock.Reading, _ slice: Int64) -> UInt64 {
        let past = now.wallMilliseconds % slice
        return now.bootNanoseconds &+ UInt64(slice - (past < 0 ? past + slice : past)) &* 1_000_000
    }

    /// Milliseconds by which the wall clock was set between two readings; 0 when it was not.
    static func step(from old: KernelClock.Reading, to now: KernelClock.Reading) -> Int64 {
        guard now.bootNanoseconds >= old.bootNanoseconds else { return 0 }
        let elapsed = Int64(clamping: (now.bootNanoseconds - old.bootNanoseconds) / 1_000_000)
        let step = now.wallMilliseconds &- old.wallMilliseconds &- elapsed
        return abs(step) > stepMilliseconds ? step : 0
    }

    /// How a slice that began at `start` (wall clock, milliseconds) ends `now`: its end, and where the next begins.
    ///
    /// It ends at the boundary just passed when the closing is only as late as a busy machine makes it, else now.
    /// When the wall clock was set meanwhile it ends by the clock it began with, and the next begins by the new one.
    /// `opened` has the clocks when it began; `nil` when another process began it.
    static func close(
        start: Int64, opened: KernelClock.Reading?, now: KernelClock.Reading, sliceSeconds: Int
    ) -> (end: Int64, next: Int64) {
        if let opened, opened.wallMilliseconds == start {
            let step = step(from: opened, to: now)
            if step != 0 { return (max(start, now.wallMilliseconds &- step), now.wallMilliseconds) }
        }
        guard now.wallMilliseconds >= start else { return (start, now.wallMilliseconds) }
        let slice = Int64(min(max(sliceSeconds, 1), 60)) * 1000
        let boundary = now.wallMilliseconds - now.wallMilliseconds % slice
        let isOnTime = now.wallMilliseconds - boundary <= 250 && boundary > start
        let end = isOnTime ? boundary : now.wallMilliseconds
        return (end, end)
    }
}
