import CloudAPI
import Glibc
public import Model
import Synchronization

/// Where IDs, MACs and VNIs come from: the system's generator, or a seed, for tests that want the same ones each time.
///
/// With a seed each kind in each account and region counts for itself, so that what one test makes does not change
/// what another gets beside it.
public final class RandomSource: Sendable {
    /// One use of the source.
    public struct Generator: RandomNumberGenerator {
        /// `nil` is the system's generator.
        fileprivate var state: UInt64?
        fileprivate let source: RandomSource

        public mutating func next() -> UInt64 {
            guard let old = state else { return source.nextOfSystem() }
            // SplitMix64.
            let new = old &+ 0x9e37_79b9_7f4a_7c15
            state = new
            var value = new
            value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
            value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
            return value ^ (value >> 31)
        }
    }

    private struct Kind: Hashable {
        var name: String
        var scope: Scope
    }

    private let seed: String?
    /// What the system's generator gave and nobody has had yet.
    private let drawn = Mutex<[UInt64]>([])
    private let counts = Mutex<[Kind: UInt64]>([:])

    /// `seed`: `nil` is the system's generator. `epoch`: how often the server has started over its data before; with
    /// another one the IDs are others, since those of before are taken.
    public init(seed: UInt64?, epoch: Int64 = 0) {
        self.seed = seed.map { "\($0);\(epoch)" }
    }

    /// Whether it gives the same numbers each time.
    public var isSeeded: Bool { seed != nil }

    public func generator(for kind: String, in scope: Scope) -> Generator {
        guard let seed else { return Generator(state: nil, source: self) }
        let count = counts.withLock { counts in
            let kind = Kind(name: kind, scope: scope)
            counts[kind, default: 0] += 1
            return counts[kind] ?? 0
        }
        let text = "\(seed);\(scope.accountID);\(scope.region);\(kind);\(count)"
        return Generator(state: UInt64(Signer.sha256(text.utf8).prefix(16), radix: 16) ?? 0, source: self)
    }

    /// The next of many numbers drawn at once: each draw is a system call.
    private func nextOfSystem() -> UInt64 {
        drawn.withLock { drawn in
            if let next = drawn.popLast() { return next }
            // 256 bytes: so many come whole, or none.
            drawn = [UInt64](repeating: 0, count: 32)
            let failed = drawn.withUnsafeMutableBytes { getentropy($0.baseAddress, $0.count) != 0 }
            var system = SystemRandomNumberGenerator()
            if failed { drawn = [system.next()] }
            return drawn.popLast() ?? system.next()
        }
    }

    /// Starts an account's counts anew: to be called when nothing of it is left.
    func restart(accountID: String) {
        counts.withLock { counts in counts = counts.filter { $0.key.scope.accountID != accountID } }
    }
}
