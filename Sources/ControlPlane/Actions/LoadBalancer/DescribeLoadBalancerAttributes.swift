import CloudAPI
import Model
import Store

/// Shows one CLB.
struct DescribeLoadBalancerAttributes: ReadAction, LoadBalancerAction {
    struct Request: ActionRequest {
        var id = ""
        init() {}
        static var fields: [Field<Self>] { [.required("LoadBalancerId", \.id, .text)] }
    }
    struct Response: Encodable, Sendable {
        let view: LoadBalancerView
        // A CLB here has neither: it hands mirror copies on as they are.
        let listeners: [Never] = []
        let serverGroups: [Never] = []

        private enum CodingKeys: String, CodingKey { case Listeners, ServerGroups, Enabled }

        func encode(to encoder: any Encoder) throws {
            try view.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(listeners, forKey: .Listeners)
            try container.encode(serverGroups, forKey: .ServerGroups)
            try container.encode(true, forKey: .Enabled)
        }
    }
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> Response {
        guard let view = try call.views([call.loadBalancer(request.id, tx)], tx).first else {
            throw APIError.internalError
        }
        return Response(view: view)
    }
}
