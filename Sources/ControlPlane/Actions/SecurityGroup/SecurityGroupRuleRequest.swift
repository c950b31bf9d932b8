import CloudAPI
import Model
import Store

/// The parameters that name one rule of a security group, for authorizing and revoking alike.
struct SecurityGroupRuleRequest: ActionRequest {
    var groupID = ""
    var transport = ""
    var portStart = -1
    var portEnd = -1
    var cidr = ""
    var sourceGroupID = ""
    var prefixListID = ""
    var policy = "accept"
    var priority = 1
    var description: String?
    init() {}

    static var fields: [Field<Self>] {
        [
            .required("SecurityGroupId", \.groupID, .text), .required("Protocol", \.transport, .ruleTransport),
            .required("PortStart", \.portStart, .range(-1...65535)),
            .required("PortEnd", \.portEnd, .range(-1...65535)), .optional("CidrIp", \.cidr, .anyCIDR),
            .optional("SourceGroupId", \.sourceGroupID, .text), .optional("PrefixListId", \.prefixListID, .text),
            .optional("Policy", \.policy, .oneOf(["accept", "drop"])),
            .optional("Priority", \.priority, .range(1...100)),
            .optional("Description", \.description, .description),
        ]
    }

    func validate() throws(APIError) {
        if transport == "tcp" || transport == "udp" {
            guard portStart >= 1 else { throw .invalidParameter("PortStart") }
            guard portEnd >= portStart else { throw .invalidParameter("PortEnd") }
        } else {
            guard portStart == -1 else { throw .invalidParameter("PortStart") }
            guard portEnd == -1 else { throw .invalidParameter("PortEnd") }
        }
        switch [cidr, sourceGroupID, prefixListID].count(where: { !$0.isEmpty }) {
        case 0: throw .missing("CidrIp")
        case 1: break
        default:
            throw APIError(
                .init("InvalidParameter.CidrIp", 400),
                "Only one of CidrIp, SourceGroupId and PrefixListId can be specified.")
        }
    }

    /// The group, once it can take or lose rules, with its peers checked.
    func group(_ call: Call, _ tx: any ReadTransaction) throws -> SecurityGroup {
        let group = try call.securityGroup(groupID, tx)
        if !sourceGroupID.isEmpty {
            let peer = try call.securityGroup(sourceGroupID, tx)
            guard peer.vpcID == group.vpcID else { throw APIError.invalidParameter("SourceGroupId") }
        }
        guard prefixListID.isEmpty else { throw APIError.notFound("PrefixList", "prefix list") }
        guard group.status.isMade else { throw APIError.invalidStatus("SecurityGroup", "security group") }
        return group
    }

    /// The rule of the group that has this whole tuple.
    func rule(
        _ direction: TrafficDirection, _ call: Call, _ tx: any ReadTransaction
    ) throws -> SecurityGroupRule? {
        let query = ListQuery<SecurityGroupRule>().filter("groupID", groupID).filter("direction", direction.rawValue)
            .filter("transport", transport).filter("portStart", portStart).filter("portEnd", portEnd)
            .filter("cidr", cidr).filter("sourceGroupID", sourceGroupID).filter("policy", policy)
            .filter("priority", priority)
        return try tx.list(query, in: call.scope).items.first
    }

    /// Adds the rule.
    /// - Throws: `InvalidSecurityGroupRule.Conflict` when the group has it already.
    func authorize(_ direction: TrafficDirection, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        var group = try group(call, tx)
        guard try rule(direction, call, tx) == nil else {
            throw APIError(
                .init("InvalidSecurityGroupRule.Conflict", 409), "The security group has the specified rule already.")
        }
        try tx.insert(
            SecurityGroupRule(
                id: call.newID("sgr"), accountID: call.scope.accountID, region: call.scope.region, groupID: group.id,
                direction: direction, transport: transport, policy: policy, priority: priority, portStart: portStart,
                portEnd: portEnd, cidr: cidr, sourceGroupID: sourceGroupID, description: description ?? "",
                createdAt: call.now, updatedAt: call.now))
        group.updatedAt = call.now
        try tx.update(group)
        // Done when it answers; the hosts follow, and so do those that join later.
        _ = try tx.raiseGeneration()
        return EmptyResult()
    }

    /// Removes the rule; a description that is given must be the rule's.
    /// - Throws: `InvalidSecurityGroupRule.NotFound`.
    func revoke(_ direction: TrafficDirection, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        var group = try group(call, tx)
        guard let rule = try rule(direction, call, tx), description == nil || description == rule.description else {
            throw APIError.notFound("SecurityGroupRule", "security group rule")
        }
        try tx.delete(SecurityGroupRule.self, rule.id.rawValue)
        group.updatedAt = call.now
        try tx.update(group)
        // Done when it answers; the hosts follow, and so do those that join later.
        _ = try tx.raiseGeneration()
        return EmptyResult()
    }
}

extension Rule where Value == String {
    /// tcp, udp, icmp, icmpv6 or all, in any letter case, spaces around it dropped.
    static var ruleTransport: Rule {
        .parsed { text in
            let name = text.split(separator: " ").joined(separator: " ").lowercased()
            return ["tcp", "udp", "icmp", "icmpv6", "all"].contains(name) ? name : nil
        }
    }

    /// An IPv4 or IPv6 block, in canonical text; empty is none.
    static var anyCIDR: Rule {
        .parsed { text in
            if text.isEmpty { return "" }
            if let block = IPv4CIDR(text) { return block.description }
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, let address = IPAddress(parts[0]), address.family == .ipv6,
                parts[1].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let length = Int(parts[1]),
                (0...128).contains(length)
            else { return nil }
            let high: UInt64 = length >= 64 ? .max : length == 0 ? 0 : .max << UInt64(64 - length)
            let low: UInt64 = length <= 64 ? 0 : .max << UInt64(128 - length)
            return "\(IPAddress(ipv6High: address.high & high, low: address.low & low))/\(length)"
        }
    }
}
