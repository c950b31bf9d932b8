public import Store
import Synchronization

/// Which ClientTokens are being worked on right now, so that a second equal call waits for the first.
public final class CallsInFlight: Sendable {
    private let keys = Mutex<Set<IdempotencyKey>>([])
    private let ended = ChangeSignal()

    public init() {}

    /// Claims `key`; waits up to `timeout` while another call has it. `false`: it is still at work.
    public func claim(_ key: IdempotencyKey, timeout: Duration) async -> Bool {
        let deadline = ContinuousClock.now + timeout
        while true {
            let seen = ended.count
            if keys.withLock({ $0.insert(key).inserted }) { return true }
            let left = deadline - ContinuousClock.now
            guard left > .zero, !Task.isCancelled else { return false }
            await ended.wait(after: seen, timeout: left)
        }
    }

    public func release(_ key: IdempotencyKey) {
        keys.withLock { _ = $0.remove(key) }
        ended.raise()
    }
}
