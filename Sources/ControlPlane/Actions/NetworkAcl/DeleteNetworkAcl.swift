import CloudAPI
import Model
import Store

/// Removes a network ACL that no subnet has, and its entries.
struct DeleteNetworkAcl: WriteAction {
    struct Request: ActionRequest {
        var id = ""
        init() {}
        static var fields: [Field<Self>] { [.required("NetworkAclId", \.id, .text)] }
    }
    typealias Response = EmptyResult
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { request.id }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        var acl = try call.networkACL(request.id, tx)
        guard acl.status != .deleting else { throw APIError.networkACLStatus }
        guard try call.subnets(boundTo: acl, tx).isEmpty else { throw APIError.inUse("NetworkAcl", "network ACL") }
        let entries = ListQuery<NetworkACLEntry>().filter("aclID", request.id)
        for entry in try tx.list(entries, in: call.scope).items {
            try tx.delete(NetworkACLEntry.self, entry.id.rawValue)
        }
        // It stays until the hosts that were told to let go of it have done so.
        acl.status = .deleting
        acl.updatedAt = call.now
        try tx.update(acl)
        return EmptyResult()
    }
}
