/// What the store must know of a flow log to write its records.
public struct FlowLogSettings: Sendable, Hashable {
    /// Which verdicts the flow log keeps.
    public enum TrafficType: Sendable, Hashable {
        case all, allow, drop
    }

    /// Allowed lengths of a window, in seconds.
    public static let windowRange: ClosedRange<Int> = 1...3600

    public var flowLogID: String
    public var accountID: String
    public var trafficType: TrafficType
    /// Length of a window in seconds, within `windowRange`.
    public var windowSeconds: Int

    public init(flowLogID: String, accountID: String, trafficType: TrafficType, windowSeconds: Int) {
        self.flowLogID = flowLogID
        self.accountID = accountID
        self.trafficType = trafficType
        self.windowSeconds = windowSeconds
    }
}
