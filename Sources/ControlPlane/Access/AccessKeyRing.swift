public import Model
public import Store
import Synchronization

/// The access keys in force, in memory, so that verifying a call reads no database.
public final class AccessKeyRing: Sendable {
    /// A key with its opened secret.
    public struct Entry: Sendable {
        public var accountID: String
        public var role: AccessRole
        public var hostID: String
        public var expiresAt: Int64
        public var secret: String
    }

    private let entries = Mutex<[String: Entry]>([:])
    private let sealer: SecretSealer

    public init(sealer: SecretSealer) { self.sealer = sealer }

    /// 16 hex digits that only this server makes for a text.
    func mark(_ text: String) -> String { sealer.mark(text) }

    /// The key, unless unknown or expired at `now` (Unix milliseconds).
    public func key(_ id: String, now: Int64) -> Entry? {
        guard let entry = entries.withLock({ $0[id] }) else { return nil }
        return entry.expiresAt == 0 || entry.expiresAt > now ? entry : nil
    }

    /// Reads all keys of the store. A key that cannot be opened is left out and returned.
    public func load(_ tx: any ReadTransaction) throws -> [String] {
        var unreadable: [String] = []
        for key in try tx.list(ListQuery<AccessKey>(), in: nil).items {
            guard let secret = try? sealer.open(key.sealedSecret, context: key.id.rawValue) else {
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
            accountID: key.accountID, role: key.role, hostID: key.hostID, expiresAt: key.expiresAt, secret: secret)
        entries.withLock { $0[key.id.rawValue] = entry }
    }

    public func remove(_ id: String) { entries.withLock { _ = $0.removeValue(forKey: id) } }

    /// An access key ID and a secret, from the system's generator.
    public static func generate(prefix: String) -> (id: String, secret: String) {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        var generator = SystemRandomNumberGenerator()
        func text(_ count: Int) -> String {
            var bytes: [UInt8] = []
            for _ in 0..<count { bytes.append(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]) }
            return String(decoding: bytes, as: UTF8.self)
        }
        return (prefix + text(40), text(48))
    }
}
