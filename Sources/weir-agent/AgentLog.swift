import Glibc
import Synchronization

/// One line an event to standard error. A message that repeats is counted and told once a minute.
final class AgentLog: Sendable {
    private struct Repeat {
        var nextSeconds: Int
        var suppressed = 0
    }

    private static let quietSeconds = 60
    private static let kept = 256
    private let repeats = Mutex<[String: Repeat]>([:])

    /// A change of state.
    func info(_ message: String, _ values: (String, String)...) { write("info", message, values) }
    /// Degraded, will be tried again. Repeats of the same message are held back.
    func warning(_ message: String, _ values: (String, String)...) { writeRarely("warning", message, values) }
    /// Somebody must act. Repeats of the same message are held back.
    func error(_ message: String, _ values: (String, String)...) { writeRarely("error", message, values) }

    private func writeRarely(_ level: String, _ message: String, _ values: [(String, String)]) {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let suppressed = repeats.withLock { repeats -> Int? in
            if repeats.count > Self.kept { repeats = repeats.filter { $0.value.nextSeconds > now.tv_sec } }
            if repeats.count > Self.kept { repeats.removeAll() }
            if var known = repeats[message], known.nextSeconds > now.tv_sec {
                known.suppressed &+= 1
                repeats[message] = known
                return nil
            }
            let suppressed = repeats[message]?.suppressed ?? 0
            repeats[message] = Repeat(nextSeconds: now.tv_sec + Self.quietSeconds)
            return suppressed
        }
        guard let suppressed else { return }
        write(level, message, values + (suppressed > 0 ? [("repeated", String(suppressed))] : []))
    }

    private func write(_ level: String, _ message: String, _ values: [(String, String)]) {
        var line = "\(Self.time()) \(level) \(message)"
        for (name, value) in values { line += " \(name)=\(Self.quoted(value))" }
        line += "\n"
        // One write: lines of several threads do not mix.
        _ = line.withCString { Glibc.write(STDERR_FILENO, $0, strlen($0)) }
    }

    private static func quoted(_ value: String) -> String {
        let clean = String(
            String.UnicodeScalarView(value.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? " " : $0 }))
        return clean.contains(" ") || clean.isEmpty ? "\"\(clean.replacing("\"", with: "'"))\"" : clean
    }

    private static func time() -> String {
        var now = Glibc.time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        func two(_ value: Int32) -> String { (value < 10 ? "0" : "") + String(value) }
        let date = "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
        return "\(date)T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
    }
}
