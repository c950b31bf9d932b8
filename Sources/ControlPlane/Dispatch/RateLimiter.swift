import Synchronization

/// Holds each action of each account to so many calls a second, as the cloud does: profile `cloud`.
///
/// One token bucket an account and action; a full one is a second's calls. Weir's own service is not limited: hosts
/// depend on it.
final class RateLimiter: Sendable {
    private struct Key: Hashable {
        var accountID: String
        var service: String
        var action: String
    }

    /// Calls are counted in thousandths, so that every millisecond gives a whole number of them.
    private struct Bucket {
        var thousandths: Int64
        /// Unix milliseconds.
        var filledAt: Int64
    }

    /// Buckets kept at most before those that are full again are forgotten.
    private static let sweepCount = 4096
    private static let fillMilliseconds: Int64 = 1000

    private let limits: Settings.RateLimits
    private let buckets = Mutex<[Key: Bucket]>([:])

    init(_ limits: Settings.RateLimits) { self.limits = limits }

    /// Takes one call from the account's bucket for the action; `false` when it is empty. `now`: Unix milliseconds.
    func admits(_ action: AnyAction, accountID: String, now: Int64) -> Bool {
        guard action.service != "weir" else { return true }
        let rate = Int64(action.isMutating ? limits.writesPerSecond : limits.readsPerSecond)
        let full = rate * 1000
        let key = Key(accountID: accountID, service: action.service, action: action.name)
        return buckets.withLock { buckets in
            if buckets.count >= Self.sweepCount {
                buckets = buckets.filter { Self.elapsed(since: $0.value.filledAt, now) < Self.fillMilliseconds }
            }
            var bucket = buckets[key] ?? Bucket(thousandths: full, filledAt: now)
            let gained = Self.elapsed(since: bucket.filledAt, now) * rate
            bucket.thousandths = min(full, bucket.thousandths + gained)
            bucket.filledAt = now
            let admitted = bucket.thousandths >= 1000
            if admitted { bucket.thousandths -= 1000 }
            buckets[key] = bucket
            return admitted
        }
    }

    /// Milliseconds that count, 0...1000: a clock that was set back gives none, and more than a full bucket is none.
    private static func elapsed(since then: Int64, _ now: Int64) -> Int64 {
        now <= then ? 0 : min(fillMilliseconds, now - then)
    }
}
