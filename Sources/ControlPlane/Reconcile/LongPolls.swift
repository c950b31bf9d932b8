public import ServiceLifecycle

/// Ends the long polls when the server stops. Services stop in reverse order: started after the listener, this one
/// goes first, so that the listener has no call to wait for.
public struct LongPolls: Service {
    private let changes: ChangeSignal

    public init(_ changes: ChangeSignal) { self.changes = changes }

    public func run() async throws {
        try? await gracefulShutdown()
        changes.close()
    }
}
