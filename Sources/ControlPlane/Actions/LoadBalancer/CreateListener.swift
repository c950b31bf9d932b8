import CloudAPI
import Model
import Store

/// Gives a CLB a port, and the server group that gets what arrives there.
struct CreateListener: WriteAction, LoadBalancerAction {
    struct Request: ActionRequest {
        var loadBalancerID = ""
        var serverGroupID = ""
        var transport = ListenerTransport.tcp
        var port = 0
        var startPort: Int?
        var endPort: Int?
        var name: String?
        var description = ""
        var enabled = true
        var establishedTimeout: Int?
        var options = ListenerOptions()
        var tags: [Tag] = []
        init() {}

        static var fields: [Field<Self>] {
            [
                .required("LoadBalancerId", \.loadBalancerID, .text),
                .required("Protocol", \.transport, .choice()), .required("Port", \.port, .range(0...65535)),
                .required("ServerGroupId", \.serverGroupID, .text),
                .optional("StartPort", \.startPort, .range(1...65535)),
                .optional("EndPort", \.endPort, .range(1...65535)), .optional("ListenerName", \.name, .name),
                .optional("Description", \.description, .description), .optional("Enabled", \.enabled, .onOff),
                .optional("EstablishedTimeout", \.establishedTimeout, .range(1...900)),
                .tags(\.tags),
            ] + optionFields + healthCheckFields + unknownFields
        }

        func validate() throws(APIError) {
            if port == 0 {
                guard !transport.isHTTP else { throw .invalidParameter("Port") }
                guard let startPort else { throw .missing("StartPort") }
                guard let endPort else { throw .missing("EndPort") }
                guard startPort <= endPort else { throw .invalidParameter("EndPort") }
            } else {
                guard startPort == nil else { throw .invalidParameter("StartPort") }
                guard endPort == nil else { throw .invalidParameter("EndPort") }
            }
            // A certificate is what an HTTPS listener needs, and no account here has one.
            guard transport != .https else { throw .missing("CertificateId") }
        }
    }
    struct Response: Encodable, Sendable { let ListenerId: String }
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> Response {
        let balancer = try call.openLoadBalancer(request.loadBalancerID, tx)
        let group = try call.serverGroup(request.serverGroupID, tx)
        guard group.loadBalancerID == balancer.id else { throw APIError.notFound("ServerGroup", "server group") }
        var options = request.options
        options.establishedTimeout = request.establishedTimeout ?? Self.defaultTimeout(request.transport)
        if request.transport.isHTTP { options.healthCheck.setHTTPDefaults() }
        var listener = Listener(
            id: call.newID("lsn"), accountID: call.scope.accountID, region: call.scope.region,
            loadBalancerID: balancer.id, serverGroupID: group.id,
            name: request.name ?? "\(request.transport.rawValue)-\(request.port)", description: request.description,
            transport: request.transport, port: request.port, startPort: request.startPort ?? 0,
            endPort: request.endPort ?? 0, enabled: request.enabled, options: options, status: .creating,
            createdAt: call.now, updatedAt: call.now)
        let others = try tx.list(
            ListQuery<Listener>().filter("loadBalancerID", balancer.id.rawValue), in: call.scope
        ).items
        guard !others.contains(where: { $0.collides(with: listener) }) else { throw APIError.listenerConflict }
        guard others.count < call.settings.quotas.listenersPerLoadBalancer else {
            throw APIError.quotaExceeded("Listener", "listeners")
        }
        listener.status = call.firstStatus(listener.settledStatus)
        try tx.insert(listener)
        try call.insertTags(request.tags, of: listener, tx)
        return Response(ListenerId: listener.id.rawValue)
    }

    /// Seconds an idle connection is remembered.
    private static func defaultTimeout(_ transport: ListenerTransport) -> Int {
        switch transport {
        case .tcp: 900
        case .udp: 90
        case .http, .https: 0
        }
    }
}

extension ListenerOptions.HealthCheck {
    /// What a check by HTTP asks for when nothing was said.
    fileprivate mutating func setHTTPDefaults() {
        if method.isEmpty { method = "HEAD" }
        if uri.isEmpty { uri = "/" }
        if httpCode.isEmpty { httpCode = "http_2xx,http_3xx" }
    }
}

extension Listener {
    /// Whether both would take the same packets.
    func collides(with other: Listener) -> Bool {
        transport.isUDP == other.transport.isUDP && ports.overlaps(other.ports)
    }
}

extension APIError {
    static var listenerConflict: APIError {
        APIError(
            Code("InvalidListener.Conflict", 409), "The load balancer has a listener on the specified port already.")
    }
}
