import CloudAPI
import Model
import Store

/// Makes a key that may do what another may, which ends after an overlap: time for whoever uses it to change over.
struct RotateAccessKey: ServiceAction, WeirAction {
    struct Request: ActionRequest {
        var id = ""
        var overlapMinutes = 1440
        var accountID: String?
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("AccessKeyId", \.id, .text),
                .optional("OverlapMinutes", \.overlapMinutes, .range(0...43_200)),
                .optional("AccountId", \.accountID, .text),
            ]
        }
    }
    typealias Response = NewAccessKey
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> NewAccessKey {
        let (keyID, secret) = AccessKeyRing.generate(prefix: "AKLT")
        let (old, new) = try await call.services.store.write { tx in
            let account = try call.account(request.accountID, tx)
            var old = try call.accessKey(request.id, of: account, tx)
            guard old.role != .temporary else {
                throw APIError(
                    .init("InvalidAccessKeyId.Temporary", 400), "A temporary key ends by itself; make another.")
            }
            guard old.isEnabled, old.expiresAt == 0 || old.expiresAt > call.now else {
                throw APIError(
                    .init("InvalidAccessKeyId.InvalidStatus", 400), "The key is disabled or has expired; make another.")
            }
            var new = try call.services.keys.seal(
                id: keyID, secret: secret, scope: Scope(accountID: account, region: old.region), role: old.role,
                expiresAt: old.expiresAt, now: call.now)
            new.name = old.name
            new.policies = old.policies
            let end = call.now + Int64(request.overlapMinutes) * 60_000
            old.expiresAt = old.expiresAt == 0 ? end : min(old.expiresAt, end)
            try tx.insert(new)
            try tx.update(old)
            try tx.audit(call.auditEntry(Self.name, outcome: "OK", about: request.id, keyID))
            return (old, new)
        }
        call.services.keys.add(new, secret: secret)
        call.services.keys.update(old)
        if new.role == .root {
            call.services.rootKeyRotated(
                old.id.rawValue, Credentials(accessKeyID: keyID, secretAccessKey: secret))
        }
        return NewAccessKey(
            AccountId: new.accountID, AccessKeyId: keyID, SecretAccessKey: secret,
            ExpiresAt: new.expiresAt == 0 ? nil : CalendarTime.rfc3339(unixMilliseconds: new.expiresAt),
            OldKeyExpiresAt: CalendarTime.rfc3339(unixMilliseconds: old.expiresAt))
    }
}
