import Glibc

/// The clocks the agent's timers run on.
enum MonotonicClock {
    /// Seconds since some start; goes on while the machine sleeps (CLOCK_BOOTTIME).
    static var seconds: Double { read(CLOCK_BOOTTIME) }

    /// Seconds since 1970 (CLOCK_REALTIME), which may be set.
    static var wallSeconds: Double { read(CLOCK_REALTIME) }

    private static func read(_ clock: clockid_t) -> Double {
        var now = timespec()
        clock_gettime(clock, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }
}
