import Glibc

/// The clocks the agent's timers run on.
enum MonotonicClock {
    /// Seconds since some start; goes on while the machine sleeps (CLOCK_BOOTTIME).
    static var seconds: Double { read(CLOCK_BOOTTIME) }

    private static func read(_ clock: clockid_t) -> Double {
        var now = timespec()
        clock_gettime(clock, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }
}
