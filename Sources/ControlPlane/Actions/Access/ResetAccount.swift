import CloudAPI
import FlowLogs
import Model
import Store

/// Removes all resources of an account, in all regions, at once; its keys, policies, hosts and audit rows stay. The
/// hosts follow as they do any change: what they made for it goes.
struct ResetAccount: ServiceAction, WeirAction {
    struct Request: ActionRequest {
        var accountID: String?
        init() {}
        static var fields: [Field<Self>] { [.optional("AccountId", \.accountID, .text)] }
    }
    typealias Response = AccountReset
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> AccountReset {
        try await Self.empty(request.accountID, call)
    }

    static func empty(_ id: String?, _ call: Call) async throws -> AccountReset {
        let (account, rows, generation) = try await call.services.store.write { tx in
            let account = try call.account(id, tx)
            let rows = try tx.deleteResources(ofAccount: account)
            try tx.audit(call.auditEntry(Self.name, outcome: "OK", about: account))
            return (account, rows, try tx.raiseGeneration())
        }
        call.services.changes.raise()
        let records: Int
        do {
            records = try await call.services.flowLogs.delete(accountID: account)
        } catch { throw APIError(flowLogs: error) }
        // With hosts an ID that comes again could meet what they still have of the old one.
        if call.settings.dataPlane == .none { call.services.random.restart(accountID: account) }
        return AccountReset(
            AccountId: account, DeletedRows: rows, DeletedFlowRecords: records, Generation: generation)
    }
}
