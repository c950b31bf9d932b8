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
            if let rule = firstMatch(session.rules(direction), tuple, carriesPorts: carriesPorts), rule.accept {
                return (session, rule)
            }
        }
        return nil
    }

    /// How the packet fares with each session of one ENI, in ascending priority, up to the one that takes it.
    ///
    /// It comes to the same as ``firstAccepting(_:_:direction:carriesPorts:)``; `sessions` and their rules may be in
    /// any order.
    public static func trace(
        _ sessions: [MirrorIntent], _ tuple: FiveTuple, direction: FlowDirection, carriesPorts: Bool
    ) -> [SessionTrace] {
        var traces: [SessionTrace] = []
        for session in sessions.sorted(by: { $0.priority < $1.priority }) {
            var trace = SessionTrace(sessionID: session.sessionID, rules: [])
            for rule in session.rules(direction).sorted(by: { $0.priority < $1.priority }) {
                let mismatch = rule.mismatch(tuple, carriesPorts: carriesPorts)
                trace.rules.append((rule, mismatch))
                if mismatch == nil { break }
            }
            traces.append(trace)
            if trace.isAccepted { break }
        }
        return traces
    }
}

/// How one packet fares with one session.
public struct SessionTrace: Sendable {
    public var sessionID: String
    /// The rules that were compared, and what did not match; the last one decided when it has no mismatch.
    public var rules: [(rule: MirrorRule, mismatch: RuleMismatch?)]

    /// The rule that decided; `nil` when none matched.
    public var decisive: MirrorRule? { rules.last.flatMap { $0.mismatch == nil ? $0.rule : nil } }
    public var isAccepted: Bool { decisive?.accept ?? false }
}

extension MirrorIntent {
    /// The rules of one direction, seen from the ENI.
    public func rules(_ direction: FlowDirection) -> [MirrorRule] {
        direction == .ingress ? ingressRules : egressRules
    }
}
