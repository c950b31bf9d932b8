import CloudAPI
import Model
import Store

/// Removes an account: its resources, policies and keys. Its audit rows stay.
struct DeleteAccount: ServiceAction, WeirAction {
    struct Request: ActionRequest {
        var accountID = ""
        init() {}
        static var fields: [Field<Self>] { [.required("AccountId", \.accountID, .text)] }
    }
    typealias Response = EmptyResult
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> EmptyResult {
        guard request.accountID != call.settings.accountID else {
            throw APIError(
                .init("OperationDenied.RootAccount", 409), "The root account stays; ResetAccount empties it.")
        }
        try await requireNoHosts(request.accountID, call)
        _ = try await ResetAccount.empty(request.accountID, call)
        let (keys, policies) = try await call.services.store.write { tx in
            guard try tx.find(Account.self, request.accountID, in: nil) != nil else {
                throw APIError.notFound("AccountId", "account")
            }
            let keys = try tx.list(ListQuery<AccessKey>().filter("accountID", request.accountID), in: nil).items
            for key in keys { try tx.delete(AccessKey.self, key.id.rawValue) }
            let policies = try tx.list(
                ListQuery<AccessPolicy>().filter("accountID", request.accountID), in: nil
            ).items
            for policy in policies { try tx.delete(AccessPolicy.self, policy.id.rawValue) }
            for host in try tx.list(ListQuery<Host>().filter("accountID", request.accountID), in: nil).items {
                try tx.delete(Host.self, host.id.rawValue)
            }
            try tx.delete(Account.self, request.accountID)
            try tx.audit(call.auditEntry(Self.name, outcome: "OK", about: request.accountID))
            return (keys, policies)
        }
        for key in keys { call.services.keys.remove(key.id.rawValue) }
        for policy in policies { call.services.keys.put(nil, policy: policy.id.rawValue) }
        return EmptyResult()
    }

    /// A host whose key is gone keeps what it has in its kernel: its agent must be gone before.
    private func requireNoHosts(_ accountID: String, _ call: Call) async throws {
        let hosts = try await call.services.store.read { tx in
            try tx.list(ListQuery<Host>().filter("accountID", accountID), in: nil).items
        }.filter { call.settings.isReachable(heardAt: $0.heardAt, now: call.now) }
        guard hosts.isEmpty else {
            throw APIError(
                .init("InvalidAccountId.InUse", 409),
                "Hosts of the account are at work (\(hosts.map(\.name).joined(separator: ", "))); run weir-agent down there."
            )
        }
    }
}
