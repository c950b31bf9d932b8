/// What one listener's clients may take before they have proven who they are.
struct HTTPLimits: Equatable, Sendable {
    /// Connections answered at a time, over all listeners; each beyond is told so and closed.
    var maximumConnections = 4096
    /// From the first byte of a request (on TLS: of the handshake) to the end of its head.
    var headSeconds = 10
    /// From the end of the head to the end of the body.
    var bodySeconds = 60
    /// Without a request.
    var idleSeconds = 75
    /// How long a client may leave an answer unread.
    var answerSeconds = 30
    /// Largest request line or header field, and all of them together: 100 IDs and 50 tags in a query fit.
    var maximumHeadBytes = 80 << 10
    var maximumHeaderFields = 100
    /// Largest body: a spooled batch of flow slices fits.
    var maximumBodyBytes = 8 << 20
    /// Bodies held at a time, over all listeners.
    var maximumHeldBytes = 256 << 20
    /// How long what still comes is read after a refusal, so that the refusal is not lost to a reset.
    let lingerSeconds = 2

    /// The keys of a configuration that set some of them.
    static let keys = [
        "http.max-connections", "http.head-seconds", "http.body-seconds", "http.idle-seconds",
        "http.answer-seconds",
    ]
}
