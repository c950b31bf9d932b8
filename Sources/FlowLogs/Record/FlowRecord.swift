/// One line of a flow log.
public struct FlowRecord: Sendable, Hashable {
    public enum Content: Sendable, Hashable {
        case traffic(FlowTraffic)
        case noData
        case loss(FlowLoss)
    }

    public var accountID: String
    public var flowLogID: String
    public var networkInterfaceID: String
    /// Aligned to the clock. A loss of unknown extent can span several windows; traffic never does.
    public var window: FlowWindow
    /// The window still runs: the same flow comes again, larger, once it is closed.
    public var isOpen: Bool
    public var content: Content

    public init(
        accountID: String, flowLogID: String, networkInterfaceID: String, window: FlowWindow, isOpen: Bool = false,
        content: Content
    ) {
        self.accountID = accountID
        self.flowLogID = flowLogID
        self.networkInterfaceID = networkInterfaceID
        self.window = window
        self.isOpen = isOpen
        self.content = content
    }

    public var status: FlowLogStatus {
        switch content {
        case .traffic: .ok
        case .noData: .noData
        case .loss: .skipData
        }
    }

    /// `nil` unless the status is `ok`.
    public var traffic: FlowTraffic? {
        guard case .traffic(let traffic) = content else { return nil }
        return traffic
    }

    /// `nil` unless the status is `skipData`.
    public var loss: FlowLoss? {
        guard case .loss(let loss) = content else { return nil }
        return loss
    }
}
