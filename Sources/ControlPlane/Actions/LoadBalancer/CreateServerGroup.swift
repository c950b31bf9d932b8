import CloudAPI
import Model
import Store

/// Makes a server group of a CLB, with servers at once if some are named.
struct CreateServerGroup: WriteAction, LoadBalancerAction {
    struct Request: ActionRequest {
        var loadBalancerID = ""
        var name: String?
        var description = ""
        var kind = "instance"
        var anyPortEnabled = false
        var servers: [BackendServerRequest] = []
        var tags: [Tag] = []
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("LoadBalancerId", \.loadBalancerID, .text), .optional("ServerGroupName", \.name, .name),
                .optional("Description", \.description, .description),
                .optional("Type", \.kind, .oneOf(["instance", "ip"])),
                .only("AddressIpVersion", "ipv4", APIError.noIPv6),
                .optional("AnyPortEnabled", \.anyPortEnabled, .onOff),
                .structures("Servers", members: BackendServerRequest.members, \.servers) {
                    (prefix: String, parameters: Parameters) throws(APIError) in
                    try BackendServerRequest(prefix, parameters)
                },
                .tags(\.tags),
            ]
        }
    }
    struct Response: Encodable, Sendable { let ServerGroupId: String }
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> Response {
        let balancer = try call.openLoadBalancer(request.loadBalancerID, tx)
        let groups = ListQuery<ServerGroup>().filter("loadBalancerID", balancer.id.rawValue)
        guard try tx.count(groups, in: call.scope) < call.settings.quotas.serverGroupsPerLoadBalancer else {
            throw APIError.quotaExceeded("ServerGroup", "server groups")
        }
        let id: Identifier<ServerGroup> = call.newID("rsp")
        let group = ServerGroup(
            id: id, accountID: call.scope.accountID, region: call.scope.region, loadBalancerID: balancer.id,
            name: request.name ?? id.rawValue, description: request.description, kindName: request.kind,
            anyPortEnabled: request.anyPortEnabled, createdAt: call.now, updatedAt: call.now)
        try tx.insert(group)
        _ = try call.add(request.servers, to: group, of: balancer, tx)
        try call.insertTags(request.tags, of: group, tx)
        return Response(ServerGroupId: id.rawValue)
    }
}

extension Rule where Value == Bool {
    /// `on` or `off`, as service `clb` writes switches.
    static var onOff: Rule {
        .parsed { text in
            switch text {
            case "on": true
            case "off": false
            default: nil
            }
        }
    }
}

extension Bool {
    /// As service `clb` writes switches.
    var onOff: String { self ? "on" : "off" }
}
