import CloudAPI
import Model
import Store

/// Shows one ENI.
struct DescribeNetworkInterfaceAttributes: StoredReadAction {
    struct Request: ActionRequest {
        var id = ""
        init() {}
        static var fields: [Field<Self>] { [.required("NetworkInterfaceId", \.id, .text)] }
    }
    typealias Response = NetworkInterfaceView
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> NetworkInterfaceView {
        let interface = try call.networkInterface(request.id, tx)
        guard let view = try call.views([interface], tx).first else { throw APIError.internalError }
        return view
    }
}
