import CloudAPI
import Model
import Store

/// Makes a key that ends soon and needs a session token with every call. It may do what the calling key may, as far
/// as its own policy allows it too, if it is given one; and it ends with that key.
struct CreateTemporaryKey: ServiceAction, WeirAction {
    struct Request: ActionRequest {
        var seconds = 3600
        var policy = ""
        var name = ""
        init() {}
        static var fields: [Field<Self>] {
            [
                .optional("DurationSeconds", \.seconds, .range(1...43_200)),
                .optional("PolicyDocument", \.policy, .policyDocument),
                .optional("AccessKeyName", \.name, .accessName),
            ]
        }
    }
    typealias Response = NewAccessKey
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> NewAccessKey {
        let (keyID, secret) = AccessKeyRing.generate(prefix: "AKTP")
        let token = "STS" + AccessKeyRing.randomText(64)
        let expiresAt = call.now + Int64(request.seconds) * 1000
        let (key, forgotten) = try await call.services.store.write { tx in
            // With unsigned calls there is no key to make one of.
            guard let parent = try tx.find(AccessKey.self, call.accessKeyID, in: nil) else {
                throw APIError.notFound("AccessKeyId", "access key")
            }
            let expired = try tx.list(
                ListQuery<AccessKey>().filter("parentID", parent.id.rawValue), in: nil
            ).items.filter { $0.expiresAt <= call.now - AccessKeyRing.remembersExpired }
            for old in expired { try tx.delete(AccessKey.self, old.id.rawValue) }
            var key = try call.services.keys.seal(
                id: keyID, secret: secret, scope: call.scope, role: .temporary, expiresAt: expiresAt, now: call.now)
            key.name = request.name
            key.parentID = parent.id.rawValue
            key.tokenHash = AccessKeyRing.hash(token: token)
            key.sessionPolicy = request.policy
            try tx.insert(key)
            try tx.audit(call.auditEntry(Self.name, outcome: "OK", about: keyID))
            return (key, expired)
        }
        for old in forgotten { call.services.keys.remove(old.id.rawValue) }
        call.services.keys.add(key, secret: secret)
        return NewAccessKey(
            AccountId: key.accountID, AccessKeyId: keyID, SecretAccessKey: secret, SessionToken: token,
            ExpiresAt: CalendarTime.rfc3339(unixMilliseconds: expiresAt))
    }
}
