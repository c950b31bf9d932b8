import CDataPlane
import Glibc

/// Tells a thread that waits in `poll` to stop. May be signalled from any thread, any number of times.
public final class StopEvent: Sendable {
    let descriptor: FileDescriptor

    /// Throws `NetlinkError` when the process has no descriptor left.
    public init() throws(NetlinkError) {
        let number = weir_stop_event()
        guard number >= 0 else { throw NetlinkError.last("make a stop event") }
        descriptor = FileDescriptor(number)
    }

    public func signal() { Self.signal(descriptor.number) }

    /// Waits up to so long for the signal; whether it came.
    public func isSignalled(withinMilliseconds milliseconds: Int32) -> Bool {
        var poll = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        return Glibc.poll(&poll, 1, milliseconds) > 0
    }

    /// Forgets signals that came before.
    func clear() {
        var count: UInt64 = 0
        _ = read(descriptor.number, &count, MemoryLayout<UInt64>.size)
    }

    /// Only `write`, so that a signal handler may call it.
    static func signal(_ number: Int32) {
        var one: UInt64 = 1
        let saved = errno
        _ = write(number, &one, MemoryLayout<UInt64>.size)
        errno = saved
    }
}
