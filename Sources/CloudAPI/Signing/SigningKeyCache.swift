import Crypto
import Synchronization

/// What signs lately verified requests: the chain of four keys that leads there from a secret is the same all day.
final class SigningKeyCache: Sendable {
    private struct Entry {
        var secret: String
        var signer: HMAC<SHA256>
    }

    /// An access key and what it signed for.
    private struct Place: Hashable {
        var accessKeyID: String
        var scope: CredentialScope
    }

    /// Most keys held; a cache that is full starts anew.
    private static let limit = 1024

    private let entries = Mutex<[Place: Entry]>([:])

    /// What signs with the key of a secret and scope, before any text, and whether it was held. A secret that was
    /// replaced has another.
    func signer(
        _ accessKeyID: String, secret: String, scope: CredentialScope
    ) -> (signer: HMAC<SHA256>, isHeld: Bool) {
        let place = Place(accessKeyID: accessKeyID, scope: scope)
        if let entry = entries.withLock({ $0[place] }), entry.secret == secret { return (entry.signer, true) }
        return (HMAC(key: SymmetricKey(data: Signer.signingKey(secret: secret, scope: scope))), false)
    }

    /// Holds one that has proven good: what nobody can sign for takes no room.
    func hold(_ signer: HMAC<SHA256>, _ accessKeyID: String, secret: String, scope: CredentialScope) {
        entries.withLock { entries in
            if entries.count >= Self.limit { entries = [:] }
            entries[Place(accessKeyID: accessKeyID, scope: scope)] = Entry(secret: secret, signer: signer)
        }
    }
}
