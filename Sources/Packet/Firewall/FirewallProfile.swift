public import Model

/// What the groups of one network interface come to.
public enum FirewallProfile {
    /// One rule and the group it is from.
    public struct Rule: Sendable, Equatable {
        public let groupID: String
        public let rule: FirewallState.GroupRule
    }

    /// The rules of all groups as one list, in the order in which they are asked: ascending priority, at equal priority
    /// those that refuse first, else by group and rule ID, so that the same state makes the same list.
    public static func rules(of groups: [FirewallState.Group], _ direction: FlowDirection) -> [Rule] {
        groups.flatMap { group in
            (direction == .ingress ? group.ingress : group.egress).map { Rule(groupID: group.groupID, rule: $0) }
        }.sorted { left, right in
            if left.rule.priority != right.rule.priority { return left.rule.priority < right.rule.priority }
            if left.rule.accept != right.rule.accept { return !left.rule.accept }
            return (left.groupID, left.rule.ruleID) < (right.groupID, right.rule.ruleID)
        }
    }
}
