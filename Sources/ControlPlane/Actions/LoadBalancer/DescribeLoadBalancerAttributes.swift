import CloudAPI
import Model
import Store

/// Shows one CLB with its listeners and server groups.
struct DescribeLoadBalancerAttributes: StoredReadAction, LoadBalancerAction {
    struct Request: ActionRequest {
        var id = ""
        init() {}
        static var fields: [Field<Self>] { [.required("LoadBalancerId", \.id, .text)] }
    }
    struct Response: Encodable, Sendable {
        let view: LoadBalancerView
        let more: LoadBalancerDetail

        func encode(to encoder: any Encoder) throws {
            try view.encode(to: encoder)
            try more.encode(to: encoder)
        }
    }
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> Response {
        let balancer = try call.loadBalancer(request.id, tx)
        guard let view = try call.views([balancer], tx).first else { throw APIError.internalError }
        let listeners = ListQuery<Listener>().filter("loadBalancerID", request.id).oldestFirst()
        let groups = ListQuery<ServerGroup>().filter("loadBalancerID", request.id).oldestFirst()
        return Response(
            view: view,
            more: LoadBalancerDetail(
                AllowedPorts: balancer.allowedPorts,
                Listeners: try tx.list(listeners, in: call.scope).items.map {
                    .init(ListenerId: $0.id.rawValue, ListenerName: $0.name)
                },
                ServerGroups: try tx.list(groups, in: call.scope).items.map {
                    .init(ServerGroupId: $0.id.rawValue, ServerGroupName: $0.name)
                }))
    }
}

/// What only the call for one CLB shows.
struct LoadBalancerDetail: Encodable, Sendable {
    struct ListenerName: Encodable, Sendable {
        let ListenerId: String
        let ListenerName: String
    }
    struct ServerGroupName: Encodable, Sendable {
        let ServerGroupId: String
        let ServerGroupName: String
    }
    /// No access log is kept.
    struct AccessLogView: Encodable, Sendable {
        let BucketName = ""
        let Enabled = false
        let TlsEnabled = false
        let TlsProjectId = ""
        let TlsTopicId = ""
    }
    /// There are no elastic IPs.
    struct ElasticIPView: Encodable, Sendable {
        let Bandwidth = 0
        let BandwidthPackageId = ""
        let EipAddress = ""
        let EipBillingType = 0
        let ISP = ""
        let SecurityProtectionTypes: [String] = []
    }
    /// There are no IPv6 addresses of CLBs.
    struct IPv6BandwidthView: Encodable, Sendable {
        let Bandwidth = 0
        let BandwidthPackageId = ""
        let BillingType = 0
        let ISP = ""
        let NetworkType = ""
    }
    let AllowedPorts: [String]
    let Listeners: [ListenerName]
    let ServerGroups: [ServerGroupName]
    let Enabled = true
    let LogTopicId = ""
    let AccessLog = AccessLogView()
    let Eip = ElasticIPView()
    let Ipv6AddressBandwidth = IPv6BandwidthView()
}
