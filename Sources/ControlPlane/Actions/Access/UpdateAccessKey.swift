import CloudAPI
import Model
import Store

/// Disables a key, enables it again, or gives it other policies. In force with the answer, for temporary keys made
/// with it as well.
struct UpdateAccessKey: ServiceAction, WeirAction {
    struct Request: ActionRequest {
        enum Status: String, Sendable { case enabled = "Enabled", disabled = "Disabled" }
        var id = ""
        var status: Status?
        var policies: [String]?
        var accountID: String?
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("AccessKeyId", \.id, .text), .optional("Status", \.status, .choice()),
                .list("Policies", \.policies, .text, limit: 10), .optional("AccountId", \.accountID, .text),
            ]
        }
    }
    typealias Response = EmptyResult
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> EmptyResult {
        let key = try await call.services.store.write { tx in
            let account = try call.account(request.accountID, tx)
            var key = try call.accessKey(request.id, of: account, tx)
            if let policies = request.policies {
                guard key.role == .user else {
                    throw APIError(
                        .init("InvalidParameter.Policies", 400), "Only user keys have policies; this is another key.")
                }
                try call.requirePolicies(policies, of: account, tx)
                key.policies = policies
            }
            if request.status == .disabled { try call.requireRootKey(of: account, besides: key, tx) }
            key.isEnabled = request.status.map { $0 == .enabled } ?? key.isEnabled
            try tx.update(key)
            try tx.audit(call.auditEntry(Self.name, outcome: "OK", about: request.id))
            return key
        }
        call.services.keys.update(key)
        return EmptyResult()
    }
}
