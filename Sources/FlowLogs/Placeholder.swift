public protocol FlowLogStore: Sendable {}
