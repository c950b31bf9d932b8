import Synchronization

/// Connections and request bodies at hand, over all listeners.
final class HTTPLoad: Sendable {
    private let connections = Atomic<Int>(0)
    private let heldBytes = Atomic<Int>(0)

    /// Counts a connection and returns how many there are with it.
    func connectionOpened() -> Int { connections.wrappingAdd(1, ordering: .relaxed).newValue }
    func connectionClosed() { connections.wrappingSubtract(1, ordering: .relaxed) }

    /// Counts bytes of a body and returns how many there are with them.
    func hold(_ bytes: Int) -> Int { heldBytes.wrappingAdd(bytes, ordering: .relaxed).newValue }
    func release(_ bytes: Int) { heldBytes.wrappingSubtract(bytes, ordering: .relaxed) }
}
