import Glibc

/// Carries reports, acknowledgements and ledgers to the server; one thread.
struct Reporter {
    let link: ControlPlaneLink
    let outbox: Outbox
    let log: AgentLog

    func run() -> Never {
        var backoff = Backoff(limitSeconds: 5)
        while true {
            let letter = outbox.next()
            do {
                switch letter {
                case .report(let report): try link.report(report)
                case .acknowledgement(let word): try link.acknowledge(word)
                case .ledgers(let ledgers): try link.putLedgers(ledgers)
                }
                backoff.reset()
            } catch {
                log.warning("cannot report to the server", ("reason", String(describing: error)))
                outbox.giveBack(letter)
                pause(backoff.next())
            }
        }
    }
}

/// Sleeps; signals are not delivered to the agent's threads.
func pause(_ seconds: Double) { usleep(UInt32(min(max(seconds, 0), 3600) * 1e6)) }
