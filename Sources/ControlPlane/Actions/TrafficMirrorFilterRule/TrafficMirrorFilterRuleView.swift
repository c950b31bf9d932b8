import Model

/// Filter rule as the API shows it.
struct TrafficMirrorFilterRuleView: Encodable, Sendable {
    let TrafficMirrorFilterRuleId: String
    let TrafficMirrorFilterId: String
    let TrafficDirection: TrafficDirection
    let Priority: Int
    let Policy: MirrorPolicy
    let `Protocol`: MirrorRule.Transport
    let SourceCidrBlock: String
    let SourcePortRange: String
    let DestinationCidrBlock: String
    let DestinationPortRange: String
    let Description: String
    let Status: Status
    let CreatedAt: String
    let UpdatedAt: String

    init(_ rule: TrafficMirrorFilterRule) {
        TrafficMirrorFilterRuleId = rule.id.rawValue
        TrafficMirrorFilterId = rule.filterID.rawValue
        TrafficDirection = rule.direction
        Priority = rule.priority
        Policy = rule.policy
        `Protocol` = rule.transport
        SourceCidrBlock = rule.sourceCIDR.description
        SourcePortRange = rule.sourcePorts
        DestinationCidrBlock = rule.destinationCIDR.description
        DestinationPortRange = rule.destinationPorts
        Description = rule.description
        Status = rule.status
        CreatedAt = CalendarTime.rfc3339(unixMilliseconds: rule.createdAt)
        UpdatedAt = CalendarTime.rfc3339(unixMilliseconds: rule.updatedAt)
    }
}
