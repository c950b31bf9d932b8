import CloudAPI
import Model
import Store

/// Shows one VPC.
struct DescribeVpcAttributes: StoredReadAction {
    struct Request: ActionRequest {
        var id = ""
        init() {}
        static var fields: [Field<Self>] { [.required("VpcId", \.id, .text)] }
    }
    typealias Response = VpcView
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> VpcView {
        guard let view = try call.views([call.vpc(request.id, tx)], tx).first else { throw APIError.internalError }
        return view
    }
}
