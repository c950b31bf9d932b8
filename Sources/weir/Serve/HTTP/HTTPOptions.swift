import ArgumentParser
import Configuration

/// The flags of ``HTTPLimits``.
struct HTTPOptions: ParsableArguments {
    @Option(help: "Connections at a time, over all listeners; those beyond are told so (default 4096).")
    var httpMaxConnections: Int?
    @Option(help: "Seconds from the first byte of a request to the end of its headers (default 10).")
    var httpHeadSeconds: Int?
    @Option(help: "Seconds for the body after that (default 60).")
    var httpBodySeconds: Int?
    @Option(help: "Seconds a connection may be without a request (default 75).")
    var httpIdleSeconds: Int?
    @Option(help: "Seconds a client may leave an answer unread (default 30).")
    var httpAnswerSeconds: Int?

    /// Values given as flags, by configuration key.
    var flags: [String: ConfigValue] {
        let values = [
            "http.max-connections": httpMaxConnections, "http.head-seconds": httpHeadSeconds,
            "http.body-seconds": httpBodySeconds, "http.idle-seconds": httpIdleSeconds,
            "http.answer-seconds": httpAnswerSeconds,
        ]
        return values.compactMapValues { $0.map { ConfigValue(.int($0), isSecret: false) } }
    }
}
