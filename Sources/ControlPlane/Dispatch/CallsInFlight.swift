public import Store
import Synchronization

/// Which ClientTokens are being worked on right now, so that a second equal call waits for the first.
public final class CallsInFlight: Sendable {
    private let keys = Mutex<Set<IdempotencyKey>>([])
    private let ended = ChangeSignal()

    public init() {}

    /// What came of asking for a token.
    public enum Claim: Sendable, Equatable {
        /// It is the caller's until it is released.
        case claimed
        /// Another call had it and has ended meanwhile; nothing was claimed.
        case ended
        /// Another call still has it; nothing was claimed.
        case taken
    }

    /// Claims `key`, or waits until the call that has it ends, at most until `deadline`. Those that waited are not
    /// queued for it: they all go on at once, and find on record what the call left.
    public func claim(_ key: IdempotencyKey, until deadline: ContinuousClock.Instant) async -> Claim {
        var waited = false
        while true {
            let seen = ended.count
            let isFree = keys.withLock { keys in waited ? !keys.contains(key) : keys.insert(key).inserted }
            if isFree { return waited ? .ended : .claimed }
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
