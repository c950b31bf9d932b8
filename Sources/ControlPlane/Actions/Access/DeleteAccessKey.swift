import CloudAPI
import Model
import Store

/// Removes a key and the temporary keys made with it.
struct DeleteAccessKey: ServiceAction, WeirAction {
    struct Request: ActionRequest {
        var id = ""
        var accountID: String?
        init() {}
        static var fields: [Field<Self>] {
            [.required("AccessKeyId", \.id, .text), .optional("AccountId", \.accountID, .text)]
        }
    }
    typealias Response = EmptyResult
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> EmptyResult {
        let gone = try await call.services.store.write { tx in
            let account = try call.account(request.accountID, tx)
            let key = try call.accessKey(request.id, of: account, tx)
            try call.requireRootKey(of: account, besides: key, tx)
            let children = try tx.list(ListQuery<AccessKey>().filter("parentID", request.id), in: nil).items
            let gone = [request.id] + children.map(\.id.rawValue)
            for id in gone { try tx.delete(AccessKey.self, id) }
            try tx.audit(call.auditEntry(Self.name, outcome: "OK", about: request.id))
            return gone
        }
        for id in gone { call.services.keys.remove(id) }
        return EmptyResult()
    }
}
