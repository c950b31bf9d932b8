import CDataPlane
import Packet

/// Turns the times of flows, in the programs' unit of CLOCK_MONOTONIC, into milliseconds after a slice's start.
struct FlowTimes {
    private let startMilliseconds: Int64
    private let spanMilliseconds: Int64
    private let nowMilliseconds: Int64
    private let now: UInt32

    /// `wallMilliseconds` is CLOCK_REALTIME now.
    init(start: Int64, end: Int64, wallMilliseconds: Int64) {
        startMilliseconds = start
        spanMilliseconds = max(0, end.subtractingReportingOverflow(start).partialValue)
        nowMilliseconds = wallMilliseconds
        now = UInt32(truncatingIfNeeded: KernelClock.monotonicNanoseconds >> UInt64(WEIR_TIME_SHIFT))
    }

    /// Not known when `first` is 0. What lies outside the slice, because the clock was set or the machine slept, is
    /// its nearer end.
    func times(_ first: UInt32, _ last: UInt32) -> PacketTimes {
        guard first != 0 else { return PacketTimes() }
        let (first, last) = (offset(first), offset(last))
        return PacketTimes(first: min(first, last), last: max(first, last))
    }

    private func offset(_ time: UInt32) -> Int64 {
        // The unit wraps; what is drained is never half a round old.
        let age = Int64(Int32(bitPattern: now &- time)) << Int64(WEIR_TIME_SHIFT) / 1_000_000
        let offset = nowMilliseconds.subtractingReportingOverflow(age).partialValue
            .subtractingReportingOverflow(startMilliseconds).partialValue
        return min(max(offset, 0), spanMilliseconds)
    }
}
