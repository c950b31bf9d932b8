import DataPlane
import Dispatch
import Glibc

/// Turns SIGINT and SIGTERM into a stop event, so that a demo is taken down and not cut off.
final class InterruptWatch {
    private let sources: [any DispatchSourceSignal]

    init(_ stop: StopEvent) {
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { stop.signal() }
            source.resume()
            return source
        }
    }

    deinit { for source in sources { source.cancel() } }
}
