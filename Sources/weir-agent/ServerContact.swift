import Synchronization

/// Whether the server answers; read by the status file.
final class ServerContact: Sendable {
    private let state = Mutex<String?>("not tried yet")

    /// Why the server does not answer; `nil` when it does.
    var problem: String? {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
