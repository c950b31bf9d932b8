import Glibc
import Synchronization

/// While a body runs, SIGINT and SIGTERM signal a `StopEvent` instead of ending the process.
enum InterruptSignals {
    /// Read by the handler. One body at a time: the second one would take the signals from the first.
    private static let descriptor = Atomic<Int32>(-1)

    static func run<T>(signalling stop: StopEvent, _ body: () throws -> T) throws -> T {
        let (isFirst, _) = descriptor.compareExchange(
            expected: -1, desired: stop.descriptor.number, ordering: .sequentiallyConsistent)
        guard isFirst else { throw NetlinkError(attempt: "watch for interrupts", code: EBUSY) }
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in
            let number = InterruptSignals.descriptor.load(ordering: .sequentiallyConsistent)
            if number >= 0 { StopEvent.signal(number) }
        }
        var old: [(Int32, sigaction)] = []
        for signal in [SIGINT, SIGTERM] {
            var previous = sigaction()
            if sigaction(signal, &action, &previous) == 0 { old.append((signal, previous)) }
        }
        defer {
            for (signal, previous) in old {
                var previous = previous
                sigaction(signal, &previous, nil)
            }
            descriptor.store(-1, ordering: .sequentiallyConsistent)
        }
        return try body()
    }
}
