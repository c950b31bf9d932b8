public import Store
import Synchronization

/// Which ClientTokens are being worked on right now, so that a second equal call waits for the first.
public final class CallsInFlight: Sendable {
    private let keys = Mutex<Set<IdempotencyKey>>([])
    private let ended = ChangeSignal()

    public init() {}

    /// What came of asking for a token.
    public enum Claim: Sendable, Equatable {
        /// Nobody had it.
        case free
        /// Another call had it and has ended meanwhile.
        case afterAnother
        /// Another call still has it; nothing was claimed.
        case taken
    }

    /// Claims `key`; waits up to `timeout` while another call has it.
    public func claim(_ key: IdempotencyKey, timeout: Duration) async -> Claim {
        let deadline = ContinuousClock.now + timeout
        var waited = false
        while true {
            let seen = ended.count
            if keys.withLock({ $0.insert(key).inserted }) { return waited ? .afterAnother : .free }
            let left = deadline - ContinuousClock.now
            guard left > .zero, !Task.isCancelled else { return .taken }
            waited = true
            await ended.wait(after: seen, timeout: left)
        }
    }

    public func release(_ key: IdempotencyKey) {
        keys.withLock { _ = $0.remove(key) }
        ended.raise()
    }
}
