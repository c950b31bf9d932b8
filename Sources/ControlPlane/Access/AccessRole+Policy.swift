import Model

extension AccessRole {
    /// Deny by default: an agent's key is good for the agent's calls, a join token for joining.
    func mayCall(_ action: AnyAction) -> Bool {
        switch self {
        case .root: !Self.agentActions.contains(action.name) && action.name != Self.joinAction
        case .agent: action.service == "weir" && Self.agentActions.contains(action.name)
        case .join: action.service == "weir" && action.name == Self.joinAction
        }
    }

    private static let joinAction = "JoinHost"
    private static let agentActions: Set<String> = [
        "ReportHost", "PullState", "AcknowledgeState", "PutLedgers", "PutSlices", "PullProbes",
        "PutProbeReport",
    ]
}
