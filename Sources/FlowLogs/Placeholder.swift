public protocol FlowLogStore: Sendable {}
public final class SQLiteFlowLogStore: FlowLogStore { public init(path: String) async throws {} }
