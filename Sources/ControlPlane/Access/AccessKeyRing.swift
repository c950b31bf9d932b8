public import CloudAPI
public import Model
public import Store
import Synchronization

/// The access keys and policies in force, in memory, so that verifying a call reads no database.
public final class AccessKeyRing: Sendable {
    /// A key with its opened secret.
    public struct Entry: Sendable {
        public var accountID: String
        public var role: AccessRole
        public var hostID: String
        public var expiresAt: Int64
        public var secret: String
        /// Of a temporary key; empty otherwise.
        var tokenHash = ""
        var isEnabled = true
        var parentID = ""
        /// Names.
        var policies: [String] = []
        /// What a temporary key was narrowed to.
        var sessionPolicy: [PolicyStatement]?
    }

    private struct State {
        var entries: [String: Entry] = [:]
        /// Statements by account and name.
        var policies: [String: [PolicyStatement]] = [:]
    }

    private let state = Mutex(State())
    private let sealer: SecretSealer
    /// Milliseconds after which an expired temporary key is as unknown as any other; until then its holder is told.
    static let remembersExpired: Int64 = 24 * 3600 * 1000

    public init(sealer: SecretSealer) { self.sealer = sealer }

    /// 16 hex digits that only this server makes for a text.
    func mark(_ text: String) -> String { sealer.mark(text) }

    /// The key, unless unknown, disabled or expired at `now` (Unix milliseconds). A temporary key is also known for a
    /// day after it has expired, as long as the key it was made with is good: see ``checkToken(_:of:now:)``.
    public func key(_ id: String, now: Int64) -> Entry? {
        state.withLock { state in
            guard let entry = state.entries[id], entry.isEnabled else { return nil }
            guard entry.role == .temporary else { return entry.isGood(now) ? entry : nil }
            guard let parent = state.entries[entry.parentID], parent.isEnabled, parent.isGood(now),
                entry.expiresAt > now - Self.remembersExpired
            else { return nil }
            return entry
        }
    }

    /// A temporary key is good with its own session token alone, until it expires; a lasting key has none. To be
    /// called when the signature is proven.
    /// - Throws: `InvalidSecretToken`.
    public func checkToken(_ token: String?, of key: Entry, now: Int64) throws(APIError) {
        guard key.role == .temporary else {
            if token != nil { throw .invalidSecretToken("this access key has no security token") }
            return
        }
        guard let token else { throw .invalidSecretToken("this access key needs its security token") }
        guard SignatureVerifier.equal(Array(Self.hash(token: token).utf8), Array(key.tokenHash.utf8)) else {
            throw .invalidSecretToken("the security token is not that of this access key")
        }
        guard key.isGood(now) else { throw .invalidSecretToken("the security token has expired") }
    }

    static func hash(token: String) -> String { Signer.sha256(token.utf8) }

    /// What a key may do; `nil` is everything in its account.
    func permissions(of key: Entry) -> Permissions? {
        state.withLock { state in
            func own(_ key: Entry) -> Permissions? {
                if key.role == .root { return nil }
                return Permissions(
                    key.policies.flatMap { state.policies[AccessPolicy.id(key.accountID, $0)] ?? [] })
            }
            guard key.role == .temporary else { return own(key) }
            guard let parent = state.entries[key.parentID] else { return Permissions([]) }
            let inherited = own(parent)
            guard let narrowed = key.sessionPolicy else { return inherited }
            return inherited?.narrowed(by: narrowed) ?? Permissions(narrowed)
        }
    }

    /// Reads all keys and policies of the store. A key that cannot be opened is left out and returned.
    public func load(_ tx: any ReadTransaction) throws -> [String] {
        var unreadable: [String] = []
        for policy in try tx.list(ListQuery<AccessPolicy>(), in: nil).items {
            // One that cannot be read allows nothing; nor may it deny less: its keys are left out.
            guard let document = try? PolicyDocument(policy.document) else { continue }
            put(document.statements, policy: policy.id.rawValue)
        }
        for key in try tx.list(ListQuery<AccessKey>(), in: nil).items {
            let known = state.withLock { state in
                key.policies.allSatisfy { state.policies[AccessPolicy.id(key.accountID, $0)] != nil }
            }
            guard known, let secret = try? sealer.open(key.sealedSecret, context: key.id.rawValue),
                key.sessionPolicy.isEmpty || (try? PolicyDocument(key.sessionPolicy)) != nil
            else {
                unreadable.append(key.id.rawValue)
                continue
            }
            add(key, secret: secret)
        }
        return unreadable
    }

    /// Makes a key's row; call ``add(_:secret:)`` once it is durable.
    public func seal(
        id: String, secret: String, scope: Scope, role: AccessRole, hostID: String = "", expiresAt: Int64 = 0,
        now: Int64
    ) throws -> AccessKey {
        AccessKey(
            id: Identifier(id), accountID: scope.accountID, region: scope.region,
            sealedSecret: try sealer.seal(secret, context: id), role: role, hostID: hostID, expiresAt: expiresAt,
            createdAt: now)
    }

    public func add(_ key: AccessKey, secret: String) {
        let entry = Entry(
            accountID: key.accountID, role: key.role, hostID: key.hostID, expiresAt: key.expiresAt, secret: secret,
            tokenHash: key.tokenHash, isEnabled: key.isEnabled, parentID: key.parentID, policies: key.policies,
            // One that does not parse narrows to nothing.
            sessionPolicy: key.sessionPolicy.isEmpty
                ? nil : (try? PolicyDocument(key.sessionPolicy))?.statements ?? [])
        state.withLock { $0.entries[key.id.rawValue] = entry }
    }

    /// Takes over what changed of a key that is known.
    func update(_ key: AccessKey) {
        state.withLock { state in
            state.entries[key.id.rawValue]?.expiresAt = key.expiresAt
            state.entries[key.id.rawValue]?.isEnabled = key.isEnabled
            state.entries[key.id.rawValue]?.policies = key.policies
        }
    }

    public func remove(_ id: String) { state.withLock { _ = $0.entries.removeValue(forKey: id) } }

    /// `policy`: an ``AccessPolicy``'s ID; `nil` statements remove it.
    func put(_ statements: [PolicyStatement]?, policy: String) {
        state.withLock { $0.policies[policy] = statements }
    }

    /// An access key ID and a secret, from the system's generator.
    public static func generate(prefix: String) -> (id: String, secret: String) {
        (prefix + randomText(40), randomText(48))
    }

    /// Letters and digits from the system's generator, whatever seed the IDs of resources have.
    static func randomText(_ count: Int) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        for _ in 0..<count { bytes.append(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension AccessKeyRing.Entry {
    fileprivate func isGood(_ now: Int64) -> Bool { expiresAt == 0 || expiresAt > now }
}
