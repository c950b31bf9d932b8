import CloudAPI
import Model
import Store

/// Adds servers to a server group.
struct AddServerGroupBackendServers: WriteAction, LoadBalancerAction {
    struct Request: ActionRequest {
        var serverGroupID = ""
        var servers: [BackendServerRequest] = []
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("ServerGroupId", \.serverGroupID, .text),
                .structures("Servers", members: BackendServerRequest.members, required: true, \.servers) {
                    (prefix: String, parameters: Parameters) throws(APIError) in
                    try BackendServerRequest(prefix, parameters)
                },
            ]
        }
    }
    struct Response: Encodable, Sendable { let ServerIds: [String] }
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> Response {
        var group = try call.serverGroup(request.serverGroupID, tx)
        let balancer = try call.openLoadBalancer(group.loadBalancerID.rawValue, tx)
        let ids = try call.add(request.servers, to: group, of: balancer, tx)
        group.updatedAt = call.now
        try tx.update(group)
        return Response(ServerIds: ids.map(\.rawValue))
    }
}
