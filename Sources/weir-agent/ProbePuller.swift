import Glibc
import Model
import Synchronization

/// Long-polls probes and gives each a thread of its own, a few at once. One thread.
struct ProbePuller: Sendable {
    /// Makes a connection for one thread.
    let link: @Sendable () -> ControlPlaneLink
    let inbox: Inbox
    let log: AgentLog
    private static let waitSeconds = 20
    private static let mostAtOnce = 8

    /// How many are at work.
    private final class Count: Sendable {
        private let value = Mutex(0)
        func enter(limit: Int) -> Bool {
            value.withLock { value in
                guard value < limit else { return false }
                value += 1
                return true
            }
        }
        func leave() { value.withLock { $0 -= 1 } }
    }

    func run() -> Never {
        let own = link()
        let working = Count()
        var backoff = Backoff(limitSeconds: 5)
        while true {
            do {
                let start = MonotonicClock.seconds
                let orders = try own.pullProbes(waitSeconds: Self.waitSeconds)
                for order in orders { begin(order, working, own) }
                // A server that does not wait must not be asked in a tight loop.
                if orders.isEmpty, MonotonicClock.seconds - start < 0.5 { pause(0.5) }
                backoff.reset()
            } catch {
                log.warning("cannot pull probes", ("reason", String(describing: error)))
                pause(backoff.next())
            }
        }
    }

    private func begin(_ order: ProbeOrder, _ working: Count, _ own: ControlPlaneLink) {
        guard working.enter(limit: Self.mostAtOnce) else {
            try? own.putProbeReport(ProbeReport(order, .done, problem: "the agent is at work on other probes"))
            return
        }
        do {
            try AgentThread.start("weir-probe") {
                defer { working.leave() }
                let link = link()
                let runner = ProbeRunner(inbox: inbox)
                func send(_ report: ProbeReport) {
                    do { try link.putProbeReport(report) } catch {
                        log.warning("cannot report a probe", ("reason", String(describing: error)))
                    }
                }
                switch order.part {
                case .watch: runner.watch(order, report: send)
                case .inject: send(runner.inject(order))
                }
            }
        } catch {
            working.leave()
            log.warning("cannot begin a probe", ("reason", String(describing: error)))
        }
    }
}
