import CloudAPI
import Model
import Store

/// Shows one subnet.
struct DescribeSubnetAttributes: StoredReadAction {
    struct Request: ActionRequest {
        var id = ""
        init() {}
        static var fields: [Field<Self>] { [.required("SubnetId", \.id, .text)] }
    }
    typealias Response = SubnetView
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> SubnetView {
        guard let view = try call.views([call.subnet(request.id, tx)], tx).first else { throw APIError.internalError }
        return view
    }
}
