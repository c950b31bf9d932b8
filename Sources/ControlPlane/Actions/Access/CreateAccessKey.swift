import CloudAPI
import Model
import Store

/// Makes an access key: one that may do what the named policies allow, or another root key.
struct CreateAccessKey: ServiceAction, WeirAction {
    struct Request: ActionRequest {
        var name = ""
        var policies: [String]?
        var isRoot = false
        var minutes: Int?
        var accountID: String?
        init() {}
        static var fields: [Field<Self>] {
            [
                .optional("AccessKeyName", \.name, .accessName), .list("Policies", \.policies, .text, limit: 10),
                .optional("Root", \.isRoot, .flag), .optional("ValidMinutes", \.minutes, .range(1...5_256_000)),
                .optional("AccountId", \.accountID, .text),
            ]
        }

        func validate() throws(APIError) {
            guard isRoot, policies != nil else { return }
            throw APIError(
                .init("InvalidParameter.Policies", 400), "A root key may do everything; policies do not bind it.")
        }
    }
    typealias Response = NewAccessKey
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> NewAccessKey {
        let (keyID, secret) = AccessKeyRing.generate(prefix: "AKLT")
        let expiresAt = request.minutes.map { call.now + Int64($0) * 60_000 } ?? 0
        let key = try await call.services.store.write { tx in
            let account = try call.account(request.accountID, tx)
            try call.requirePolicies(request.policies ?? [], of: account, tx)
            var key = try call.services.keys.seal(
                id: keyID, secret: secret, scope: Scope(accountID: account, region: call.scope.region),
                role: request.isRoot ? .root : .user, expiresAt: expiresAt, now: call.now)
            key.name = request.name
            key.policies = request.policies ?? []
            try tx.insert(key)
            try tx.audit(call.auditEntry(Self.name, outcome: "OK", about: keyID))
            return key
        }
        call.services.keys.add(key, secret: secret)
        return NewAccessKey(
            AccountId: key.accountID, AccessKeyId: keyID, SecretAccessKey: secret,
            ExpiresAt: expiresAt == 0 ? nil : CalendarTime.rfc3339(unixMilliseconds: expiresAt))
    }
}
