/// One line of a flow log.
public struct FlowRecord: Sendable, Hashable {
    public enum Content: Sendable, Hashable {
        case traffic(FlowTraffic)
        case noData
        case loss(FlowLoss)
    }

    public var stream: FlowStream
    /// Aligned to the clock. A loss of unknown extent can span several windows; traffic never does.
    public var window: FlowWindow
    /// The window still runs: the same flow comes again, larger, once it is closed.
    public var isOpen: Bool
    public var content: Content

    public init(stream: FlowStream, window: FlowWindow, isOpen: Bool = false, content: Content) {
        self.stream = stream
        self.window = window
        self.isOpen = isOpen
        self.content = content
    }

    public init(
        accountID: String, flowLogID: String, networkInterfaceID: String, place: FlowPlace? = nil, window: FlowWindow,
        isOpen: Bool = false, content: Content
    ) {
        let stream = FlowStream(
            accountID: accountID, flowLogID: flowLogID, networkInterfaceID: networkInterfaceID, place: place)
        self.init(stream: stream, window: window, isOpen: isOpen, content: content)
    }

    public var accountID: String { stream.accountID }
    public var flowLogID: String { stream.flowLogID }
    public var networkInterfaceID: String { stream.networkInterfaceID }
    /// `nil` unless the server is told to keep it.
    public var place: FlowPlace? { stream.place }

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
