import CloudAPI
import Glibc
import Model

/// Long-polls the desired state; each one is on disk before it is acted upon. One thread.
struct StatePuller {
    let link: ControlPlaneLink
    let file: DesiredStateFile
    let inbox: Inbox
    let outbox: Outbox
    let server: ServerContact
    let log: AgentLog
    private static let waitSeconds = 20

    func run() -> Never {
        var backoff = Backoff(limitSeconds: 5)
        // From 0 after every interruption: the server may have come back with other generations.
        var generation: UInt64 = 0
        while true {
            do {
                let isFirst = server.problem != nil
                let start = MonotonicClock.seconds
                let state = try link.pull(afterGeneration: generation, waitSeconds: isFirst ? 0 : Self.waitSeconds)
                if isFirst {
                    log.info("connected to the server")
                    outbox.repeatAll()
                }
                server.problem = nil
                if let state {
                    generation = take(state)
                } else if MonotonicClock.seconds - start < 0.5, !isFirst {
                    // A server that does not wait must not be asked in a tight loop.
                    pause(0.5)
                }
                backoff.reset()
            } catch {
                let reason = ("reason", String(describing: error))
                if case .untrusted? = error as? APIClient.Failure {
                    log.error("this is not the server that was joined", reason)
                } else {
                    log.warning("cannot pull the desired state", reason)
                }
                server.problem = String(describing: error)
                generation = 0
                pause(backoff.next())
            }
        }
    }

    private func take(_ state: DesiredState) -> UInt64 {
        guard DesiredState.knownSchemas.contains(state.schema) else {
            log.error(
                "the server speaks another schema of the desired state: update the agent",
                ("schema", String(state.schema)), ("known", String(DesiredState.currentSchema)))
            return state.generation
        }
        do {
            try file.save(state)
        } catch {
            // Acted upon all the same; after a restart without the server the older state would hold.
            log.error("cannot keep the desired state on disk", ("reason", String(describing: error)))
        }
        inbox.put(state)
        return state.generation
    }
}
