import Glibc
import Synchronization

/// While a body runs, SIGINT and SIGTERM signal its `StopEvent` instead of ending the process, and a reader of our
/// output that goes away is an error of `write` instead of SIGPIPE: files can then be closed properly.
enum InterruptSignals {
    /// Kept for the life of the process: a handler that is late must not write to a descriptor with a new meaning.
    private static let event = Result { () throws(NetlinkError) in try StopEvent() }
    /// Read by the handler; -1 before the first body.
    private static let descriptor = Atomic<Int32>(-1)
    private static let isTaken = Atomic<Bool>(false)

    /// Throws what `body` throws, and `NetlinkError` `EBUSY` while another body runs.
    static func run<T>(_ body: (StopEvent) throws -> T) throws -> T {
        let stop = try event.get()
        let (isFirst, _) = isTaken.compareExchange(expected: false, desired: true, ordering: .sequentiallyConsistent)
        guard isFirst else { throw NetlinkError(attempt: "watch for interrupts", code: EBUSY) }
        stop.clear()
        descriptor.store(stop.descriptor.number, ordering: .sequentiallyConsistent)
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in
            let number = InterruptSignals.descriptor.load(ordering: .sequentiallyConsistent)
            if number >= 0 { StopEvent.signal(number) }
        }
        var ignore = sigaction()
        ignore.__sigaction_handler.sa_handler = SIG_IGN
        var old: [(Int32, sigaction)] = []
        for signal in [SIGINT, SIGTERM, SIGPIPE] {
            var wanted = signal == SIGPIPE ? ignore : action
            var previous = sigaction()
            if sigaction(signal, &wanted, &previous) == 0 { old.append((signal, previous)) }
        }
        defer {
            for (signal, previous) in old {
                var previous = previous
                sigaction(signal, &previous, nil)
            }
            isTaken.store(false, ordering: .sequentiallyConsistent)
        }
        return try body(stop)
    }
}
