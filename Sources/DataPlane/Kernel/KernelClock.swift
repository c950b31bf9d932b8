import Glibc

/// The clocks of the data plane: wall time for bounds, boot time for deadlines (it counts suspended time too).
public enum KernelClock {
    /// CLOCK_REALTIME in milliseconds.
    public static var realtimeMilliseconds: Int64 {
        let now = read(CLOCK_REALTIME)
        return Int64(now.tv_sec) &* 1000 &+ Int64(now.tv_nsec) / 1_000_000
    }

    /// CLOCK_BOOTTIME in nanoseconds.
    public static var boottimeNanoseconds: UInt64 {
        let now = read(CLOCK_BOOTTIME)
        return UInt64(now.tv_sec) &* 1_000_000_000 &+ UInt64(now.tv_nsec)
    }

    /// CLOCK_BOOTTIME, in nanoseconds, of the next instant that is a multiple of `sliceSeconds` of CLOCK_REALTIME.
    /// Ask again after each one: the wall clock may have been set.
    public static func nextBoundary(sliceSeconds: Int) -> UInt64 {
        let slice = Int64(max(1, sliceSeconds)) &* 1_000_000_000
        let wall = read(CLOCK_REALTIME)
        let now = boottimeNanoseconds
        let nanoseconds = Int64(wall.tv_sec) &* 1_000_000_000 &+ Int64(wall.tv_nsec)
        return now &+ UInt64(slice - nanoseconds % slice)
    }

    /// The end of a slice that was closed at `now`: the boundary just passed when the closing was only as late as a
    /// busy machine makes it, else `now` itself. All in milliseconds.
    static func sliceEnd(now: Int64, start: Int64, sliceSeconds: Int) -> Int64 {
        let slice = Int64(max(1, sliceSeconds)) &* 1000
        let boundary = now - now % slice
        return now - boundary <= 250 && boundary > start ? boundary : max(now, start)
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var now = timespec()
        clock_gettime(clock, &now)
        return now
    }
}
