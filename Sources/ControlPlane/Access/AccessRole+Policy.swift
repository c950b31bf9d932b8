import Model

extension AccessRole {
    /// Deny by default: an agent's key is good for the agent's calls, a join token for joining, and keys and policies
    /// are the root keys' alone, so that no policy can widen itself. What else a user key may do, its policies say.
    func mayCall(_ action: AnyAction) -> Bool {
        switch self {
        case .agent: return action.service == "weir" && Self.agentActions.contains(action.name)
        case .join: return action.service == "weir" && action.name == Self.joinAction
        case .root, .user, .temporary: break
        }
        guard action.service == "weir" else { return true }
        if Self.agentActions.contains(action.name) || action.name == Self.joinAction { return false }
        if action.name == Self.ownKeyAction { return self != .temporary }
        return self == .root || !Self.rootActions.contains(action.name)
    }

    /// Whether policies do not matter for an action: a key may always make itself a temporary one that can do no more.
    static func needsNoPolicy(_ action: AnyAction) -> Bool { action.service == "weir" && action.name == ownKeyAction }

    /// Whether only the root account may make a call.
    static func isForOperators(_ action: AnyAction) -> Bool {
        action.service == "weir" && operatorActions.contains(action.name)
    }

    private static let joinAction = "JoinHost"
    private static let ownKeyAction = "CreateTemporaryKey"
    static let agentActions: Set<String> = [
        "ReportHost", "PullState", "AcknowledgeState", "PutLedgers", "PutSlices", "PullProbes",
        "PutProbeReport",
    ]
    private static let operatorActions: Set<String> = [
        "CreateAccount", "DescribeAccounts", "DeleteAccount", "SetBusinessStatus",
    ]
    private static let rootActions: Set<String> = operatorActions.union([
        "CreateAccessKey", "DescribeAccessKeys", "UpdateAccessKey", "RotateAccessKey", "DeleteAccessKey",
        "PutAccessPolicy", "DescribeAccessPolicies", "DeleteAccessPolicy", "SimulateAccess", "ResetAccount",
        "CreateJoinToken",
    ])
}
