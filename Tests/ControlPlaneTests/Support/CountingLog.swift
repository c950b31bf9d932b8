import Logging
import Synchronization

/// Counts the warnings it is given.
final class CountingLog: LogHandler, Sendable {
    private let warnings = Mutex(0)
    var count: Int { warnings.withLock { $0 } }

    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        if event.level == .warning { warnings.withLock { $0 += 1 } }
    }
}
