import CloudAPI
import ControlPlane
import Synchronization

/// Connections and request bodies at hand, over all listeners.
final class HTTPLoad: Sendable {
    private let connections = Atomic<Int>(0)
    private let heldBytes = Atomic<Int>(0)
    /// By error code: a handful.
    private let refusals = Mutex<[String: UInt64]>([:])

    /// Counts a connection and returns how many there are with it.
    func connectionOpened() -> Int { connections.wrappingAdd(1, ordering: .relaxed).newValue }
    func connectionClosed() { connections.wrappingSubtract(1, ordering: .relaxed) }

    /// Counts bytes of a body and returns how many there are with them.
    func hold(_ bytes: Int) -> Int { heldBytes.wrappingAdd(bytes, ordering: .relaxed).newValue }
    func release(_ bytes: Int) { heldBytes.wrappingSubtract(bytes, ordering: .relaxed) }

    /// Counts a request that was refused before it was a call.
    func refused(_ error: APIError) { refusals.withLock { $0[error.code.name, default: 0] &+= 1 } }

    func numbers(_ limits: HTTPLimits) -> MetricsCollector.HTTPNumbers {
        .init(
            connections: connections.load(ordering: .relaxed), mostConnections: limits.maximumConnections,
            heldBytes: heldBytes.load(ordering: .relaxed), refused: refusals.withLock { $0 })
    }
}
