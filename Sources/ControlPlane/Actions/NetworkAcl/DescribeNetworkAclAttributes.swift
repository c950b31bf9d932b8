import CloudAPI
import Model
import Store

/// Shows one network ACL. Unlike the other Attributes calls it answers one object inside the result.
struct DescribeNetworkAclAttributes: StoredReadAction {
    struct Request: ActionRequest {
        var id = ""
        init() {}
        static var fields: [Field<Self>] { [.required("NetworkAclId", \.id, .text)] }
    }
    struct Response: Encodable, Sendable { let NetworkAclAttribute: NetworkAclView }
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> Response {
        guard let view = try call.views([call.networkACL(request.id, tx)], tx).first else {
            throw APIError.internalError
        }
        return Response(NetworkAclAttribute: view)
    }
}
