public import Model

/// Says which mirror rule and session a packet falls to, by the same meaning as the kernel's.
public enum RuleMatcher {
    /// The first rule of `rules` (in ascending priority) that matches the packet; `nil` when none does.
    ///
    /// `carriesPorts` is false for later fragments and packets too short to hold ports.
    public static func firstMatch(
        _ rules: [MirrorRule], _ tuple: FiveTuple, carriesPorts: Bool
    ) -> MirrorRule? {
        rules.first { $0.matches(tuple, carriesPorts: carriesPorts) }
    }

    /// The session among those of one ENI (in ascending priority) that gets the one copy of the packet, and the rule
    /// that accepted it. A session that rejects or does not match lets the next one try.
    ///
    /// `direction` is seen from the ENI.
    public static func firstAccepting(
        _ sessions: [MirrorIntent], _ tuple: FiveTuple, direction: FlowDirection, carriesPorts: Bool
    ) -> (session: MirrorIntent, rule: MirrorRule)? {
        for session in sessions {
            let rules = direction == .ingress ? session.ingressRules : session.egressRules
            if let rule = firstMatch(rules, tuple, carriesPorts: carriesPorts), rule.accept { return (session, rule) }
        }
        return nil
    }
}
