import Crypto
import Synchronization

/// Signing keys of lately verified requests: the chain of four that leads from a secret to one is the same all day.
final class SigningKeyCache: Sendable {
    private struct Entry {
        var secret: String
        var key: SymmetricKey
    }

    /// An access key and what it signed for.
    private struct Place: Hashable {
        var accessKeyID: String
        var scope: CredentialScope
    }

    /// Most keys held; a cache that is full starts anew.
    private static let limit = 1024

    private let entries = Mutex<[Place: Entry]>([:])

    /// The key of a secret and scope, and whether it was held. A secret that was replaced has another key.
    func key(_ accessKeyID: String, secret: String, scope: CredentialScope) -> (key: SymmetricKey, isHeld: Bool) {
        let place = Place(accessKeyID: accessKeyID, scope: scope)
        if let entry = entries.withLock({ $0[place] }), entry.secret == secret { return (entry.key, true) }
        return (SymmetricKey(data: Signer.signingKey(secret: secret, scope: scope)), false)
    }

    /// Holds a key that has proven good: what nobody can sign for takes no room.
    func hold(_ key: SymmetricKey, _ accessKeyID: String, secret: String, scope: CredentialScope) {
        entries.withLock { entries in
            if entries.count >= Self.limit { entries = [:] }
            entries[Place(accessKeyID: accessKeyID, scope: scope)] = Entry(secret: secret, key: key)
        }
    }
}
