/// What became of a packet at the security groups and ACLs on its way, and why.
public struct FirewallVerdict: Sendable, Hashable {
    /// The checks in the order the packet met them. A check that refuses is the last one. Empty when no interface on
    /// the way has a group or an ACL.
    public var checks: [FirewallCheck]

    public init(checks: [FirewallCheck]) { self.checks = checks }

    /// The check that refused the packet; `nil` when all let it through.
    public var refusal: FirewallCheck? { checks.last.flatMap { $0.reason.accepts ? nil : $0 } }
    public var accepts: Bool { refusal == nil }
}

/// One question a packet was asked: by the groups or the ACL of one network interface, on its way in or out.
public struct FirewallCheck: Sendable, Hashable {
    public var networkInterfaceID: String
    /// As the network interface sees it.
    public var direction: FlowDirection
    public var reason: Reason

    public init(networkInterfaceID: String, direction: FlowDirection, reason: Reason) {
        self.networkInterfaceID = networkInterfaceID
        self.direction = direction
        self.reason = reason
    }

    /// Why it was let through or refused.
    public enum Reason: Sendable, Hashable {
        /// The first rule of the interface's groups that matched.
        case groupRule(groupID: String, ruleID: String, accepts: Bool)
        /// No rule of the interface's groups matched: refused.
        case noGroupRule(groupIDs: [String])
        /// It belongs to a connection that was let through; groups do not look again.
        case established
        /// The first entry of the subnet's ACL that matched.
        case aclEntry(aclID: String, entryID: String, accepts: Bool)
        /// No entry of the subnet's ACL matched: refused.
        case noACLEntry(aclID: String)
        /// Neighbour discovery, or an address being asked for or given: neither groups nor ACLs look at these.
        case linkService

        public var accepts: Bool {
            switch self {
            case .groupRule(_, _, let accepts), .aclEntry(_, _, let accepts): accepts
            case .established, .linkService: true
            case .noGroupRule, .noACLEntry: false
            }
        }
    }
}

extension FirewallCheck: CustomStringConvertible {
    /// As in `refused at the ingress of eni-b: no rule of sg-1 matches`.
    public var description: String {
        let way = direction == .ingress ? "ingress" : "egress"
        return "\(reason.accepts ? "accepted" : "refused") at the \(way) of \(networkInterfaceID): \(reason)"
    }
}

extension FirewallCheck.Reason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .groupRule(let groupID, let ruleID, _): "rule \(ruleID) of security group \(groupID)"
        case .noGroupRule(let groupIDs):
            "no rule of security group\(groupIDs.count == 1 ? "" : "s") \(groupIDs.joined(separator: ", ")) matches"
        case .established: "it belongs to an established connection"
        case .aclEntry(let aclID, let entryID, _): "entry \(entryID) of network ACL \(aclID)"
        case .noACLEntry(let aclID): "no entry of network ACL \(aclID) matches"
        case .linkService: "neighbour discovery and address configuration always pass"
        }
    }
}

extension FirewallVerdict: CustomStringConvertible {
    /// The checks in words, in the packet's order.
    public var description: String {
        checks.isEmpty
            ? "accepted: no security group and no network ACL on the way"
            : checks.map(\.description).joined(separator: "; ")
    }
}
