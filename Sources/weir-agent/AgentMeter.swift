import DataPlane
import Glibc
import Model
import Synchronization

/// What the agent's threads count about themselves, for the server's metrics. Any thread may add.
final class AgentMeter: Sendable {
    private let vitals: Mutex<AgentVitals>

    init() {
        var first = AgentVitals()
        first.startedAt = Self.wallMilliseconds
        vitals = Mutex(first)
    }

    func drained(_ report: DrainReport, seconds: Double) {
        vitals.withLock { vitals in
            vitals.drains &+= 1
            vitals.drainMicroseconds &+= Self.microseconds(seconds)
            vitals.drainedThrough = max(vitals.drainedThrough, report.endMilliseconds)
            vitals.slices &+= UInt64(clamping: report.slices)
            vitals.entries &+= UInt64(clamping: report.entries)
            vitals.packets &+= report.packets
            vitals.bytes &+= report.bytes
            vitals.skippedPackets &+= report.skippedPackets
            vitals.skippedBytes &+= report.skippedBytes
        }
    }

    func drainFailed() { vitals.withLock { $0.drainFailures &+= 1 } }

    /// `failures`: what did not come true.
    func applied(_ state: DesiredState, failures: Int, seconds: Double) {
        vitals.withLock { vitals in
            vitals.applies &+= 1
            vitals.applyMicroseconds &+= Self.microseconds(seconds)
            vitals.failures = UInt64(clamping: failures)
            vitals.bindings = UInt64(clamping: state.bindings.count)
            vitals.sessions = UInt64(clamping: state.sessions.count)
        }
    }

    /// The server has a batch for good.
    func sent(bytes: Int) {
        vitals.withLock { vitals in
            vitals.sentBatches &+= 1
            vitals.sentBytes &+= UInt64(clamping: bytes)
        }
    }

    func sendFailed() { vitals.withLock { $0.sendFailures &+= 1 } }

    /// All of it, with the process and the spool as they are now.
    func read(_ spool: DirectorySpool) -> AgentVitals {
        var now = vitals.withLock { $0 }
        let status = spool.status
        now.spoolBytes = UInt64(clamping: status.bytes)
        now.spoolLimitBytes = UInt64(clamping: spool.limitBytes)
        now.spoolWaitingBatches = UInt64(clamping: status.waitingBatches)
        now.spoolReducedPackets = status.skippedPackets
        now.spoolLostBatches = UInt64(clamping: status.lostBatches)
        now.spoolLostPackets = status.lostPackets
        now.spoolCorruptFiles = UInt64(clamping: status.corruptFiles.count)
        var usage = rusage()
        if getrusage(RUSAGE_SELF.rawValue, &usage) == 0 {
            now.cpuMilliseconds = Self.milliseconds(usage.ru_utime) &+ Self.milliseconds(usage.ru_stime)
        }
        // The second number is the pages in RAM.
        let pages = (try? DurableFile.read("/proc/self/statm", limit: 4096))?.split(separator: 0x20).dropFirst().first
        let count = pages.flatMap { UInt64(String(decoding: $0, as: UTF8.self)) } ?? 0
        now.residentBytes = count &* UInt64(clamping: sysconf(Int32(_SC_PAGESIZE)))
        return now
    }

    private static var wallMilliseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) &* 1000 &+ Int64(time.tv_nsec) / 1_000_000
    }

    private static func microseconds(_ seconds: Double) -> UInt64 { UInt64(min(max(seconds, 0), 1e9) * 1e6) }

    private static func milliseconds(_ time: timeval) -> UInt64 {
        UInt64(clamping: time.tv_sec) &* 1000 &+ UInt64(clamping: time.tv_usec) / 1000
    }
}
