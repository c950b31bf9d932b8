import CloudAPI
import Model
import Store

/// Changes what is sent of a rule. The whole rule must be as sound afterwards as a new one.
struct ModifyTrafficMirrorFilterRuleAttributes: WriteAction {
    struct Request: ActionRequest {
        var id = ""
        var direction: TrafficDirection?
        var priority: Int?
        var policy: MirrorPolicy?
        var transport: MirrorRule.Transport?
        var sourceCIDR: IPv4CIDR?
        var destinationCIDR: IPv4CIDR?
        var sourcePorts: PortRange?
        var destinationPorts: PortRange?
        var description: String?
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("TrafficMirrorFilterRuleId", \.id, .text),
                .optional("TrafficDirection", \.direction, .choice(or: .trafficDirectionMalformed)),
                .optional("Priority", \.priority, .range(1...1000, or: .priorityMalformed)),
                .optional("Policy", \.policy, .choice(or: .policyMalformed)),
                .optional("Protocol", \.transport, .transport),
                .optional("SourceCidrBlock", \.sourceCIDR, .cidr()),
                .optional("SourcePortRange", \.sourcePorts, .portRange),
                .optional("DestinationCidrBlock", \.destinationCIDR, .cidr()),
                .optional("DestinationPortRange", \.destinationPorts, .portRange),
                .optional("Description", \.description, .description),
            ]
        }
    }
    typealias Response = EmptyResult
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { request.id }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        var rule = try call.find(TrafficMirrorFilterRule.self, request.id, tx, or: .filterRuleNotFound)
        let oldDirection = rule.direction
        rule.direction = request.direction ?? rule.direction
        rule.priority = request.priority ?? rule.priority
        rule.policy = request.policy ?? rule.policy
        rule.transport = request.transport ?? rule.transport
        rule.sourceCIDR = request.sourceCIDR ?? rule.sourceCIDR
        rule.destinationCIDR = request.destinationCIDR ?? rule.destinationCIDR
        rule.sourcePorts = try rule.transport.ports(
            request.sourcePorts, had: PortRange(apiText: rule.sourcePorts)
        ).apiText
        rule.destinationPorts = try rule.transport.ports(
            request.destinationPorts, had: PortRange(apiText: rule.destinationPorts)
        ).apiText
        rule.description = request.description ?? rule.description

        guard !rule.status.isTransitional else { throw APIError.filterRuleStatus }
        try call.requireFreePriority(of: rule, tx)
        if rule.direction != oldDirection { try call.requireRuleQuota(rule.filterID, rule.direction, tx) }
        rule.status = .pending
        rule.updatedAt = call.now
        rule.waitsFor = try tx.hosts(mirroringBy: rule.filterID, in: call.scope)
        rule.generation = try tx.raiseGeneration()
        try tx.update(rule)
        return EmptyResult()
    }
}
