import CloudAPI
import Model
import Store

/// Makes an account with a root key of its own. Its resources exist for nobody else.
struct CreateAccount: ServiceAction, WeirAction {
    struct Request: ActionRequest {
        var name = ""
        var accountID: String?
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("AccountName", \.name, .accessName),
                .optional(
                    "AccountId", \.accountID,
                    .parsed(or: .malformed("AccountId", "account ID")) { text in
                        // A JSON number in the answers of iam, exact in every reader of JSON.
                        (6...15).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
                            && !text.hasPrefix("0") ? text : nil
                    }),
            ]
        }
    }
    typealias Response = NewAccessKey
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> NewAccessKey {
        let (keyID, secret) = AccessKeyRing.generate(prefix: "AKLT")
        let key = try await call.services.store.write { tx in
            let id = try request.accountID ?? Self.freeID(tx, call)
            guard id != call.settings.accountID, try tx.find(Account.self, id, in: nil) == nil else {
                throw APIError(.init("InvalidAccountId.Duplicate", 409), "There is an account \(id) already.")
            }
            var key = try call.services.keys.seal(
                id: keyID, secret: secret, scope: Scope(accountID: id, region: call.scope.region), role: .root,
                now: call.now)
            key.name = request.name
            try tx.insert(Account(id: id, name: request.name, createdAt: call.now))
            try tx.insert(key)
            try tx.audit(call.auditEntry(Self.name, outcome: "OK", about: id, keyID))
            return key
        }
        call.services.keys.add(key, secret: secret)
        return NewAccessKey(AccountId: key.accountID, AccessKeyId: keyID, SecretAccessKey: secret)
    }

    /// The first number after the root account's that is free.
    private static func freeID(_ tx: any ReadTransaction, _ call: Call) throws -> String {
        let taken = Set(try tx.list(ListQuery<Account>(), in: nil).items.compactMap { UInt64($0.id.rawValue) })
        let root = UInt64(call.settings.accountID) ?? 2_100_000_000
        return String(max(taken.max() ?? 0, root) &+ 1)
    }
}
