public import CloudAPI
import Synchronization

/// Where hosts on other machines reach this server, once its TLS listener runs.
public final class TLSEndpoint: Sendable {
    public struct Value: Sendable, Equatable {
        public var url: ServerURL
        /// Of the key the listener proves.
        public var pin: ServerPin

        public init(url: ServerURL, pin: ServerPin) {
            self.url = url
            self.pin = pin
        }
    }

    private let state = Mutex<Value?>(nil)

    public init() {}

    /// `nil` without a TLS listener.
    public var value: Value? {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
