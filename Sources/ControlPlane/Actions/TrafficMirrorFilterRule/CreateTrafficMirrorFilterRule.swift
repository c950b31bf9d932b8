import CloudAPI
import Model
import Store

/// Adds a rule to a filter; every session that uses the filter follows it.
struct CreateTrafficMirrorFilterRule: WriteAction {
    struct Request: ActionRequest {
        var filterID = ""
        var direction = TrafficDirection.ingress
        var priority = 1
        var policy = MirrorPolicy.accept
        var transport = MirrorRule.Transport.all
        var sourceCIDR: IPv4CIDR?
        var destinationCIDR: IPv4CIDR?
        var sourcePorts: PortRange?
        var destinationPorts: PortRange?
        var description = ""
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("TrafficMirrorFilterId", \.filterID, .text),
                .required("TrafficDirection", \.direction, .choice(or: .trafficDirectionMalformed)),
                .optional("Priority", \.priority, .range(1...1000, or: .priorityMalformed)),
                .required("Policy", \.policy, .choice(or: .policyMalformed)),
                .required("Protocol", \.transport, .transport),
                .required("SourceCidrBlock", \.sourceCIDR, .cidr()),
                .optional("SourcePortRange", \.sourcePorts, .portRange),
                .required("DestinationCidrBlock", \.destinationCIDR, .cidr()),
                .optional("DestinationPortRange", \.destinationPorts, .portRange),
                .optional("Description", \.description, .description),
            ]
        }

        func validate() throws(APIError) {
            if transport.hasPorts, sourcePorts == nil { throw .missing("SourcePortRange") }
            if transport.hasPorts, destinationPorts == nil { throw .missing("DestinationPortRange") }
            _ = try transport.ports(sourcePorts)
            _ = try transport.ports(destinationPorts)
        }
    }
    struct Response: Encodable, Sendable { let TrafficMirrorFilterRuleId: String }
    static let takesClientToken = true
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { response.TrafficMirrorFilterRuleId }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> Response {
        guard let source = request.sourceCIDR else { throw APIError.missing("SourceCidrBlock") }
        guard let destination = request.destinationCIDR else { throw APIError.missing("DestinationCidrBlock") }
        let filter = try call.find(TrafficMirrorFilter.self, request.filterID, tx, or: .filterNotFound)
        guard !filter.status.isTransitional else { throw APIError.filterStatus }
        var rule = TrafficMirrorFilterRule(
            id: call.newID("tmr"), accountID: call.scope.accountID, region: call.scope.region, filterID: filter.id,
            direction: request.direction, priority: request.priority, policy: request.policy,
            transport: request.transport, sourceCIDR: source, destinationCIDR: destination,
            sourcePorts: try request.transport.ports(request.sourcePorts).apiText,
            destinationPorts: try request.transport.ports(request.destinationPorts).apiText,
            description: request.description, status: .creating, createdAt: call.now, updatedAt: call.now)
        try call.requireFreePriority(of: rule, tx)
        try call.requireRuleQuota(filter.id, rule.direction, tx)

        rule.waitsFor = try tx.hosts(mirroringBy: filter.id, in: call.scope)
        rule.status = call.firstStatus(.available, waitsFor: rule.waitsFor)
        rule.generation = try tx.raiseGeneration()
        try tx.insert(rule)
        return Response(TrafficMirrorFilterRuleId: rule.id.rawValue)
    }
}
