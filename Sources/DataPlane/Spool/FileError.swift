import Glibc

/// A file operation that failed: what was tried on which path, and the system's reason.
public struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
    public let attempt: String
    /// errno, e.g. `ENOSPC`.
    public let code: Int32

    public init(attempt: String, code: Int32) {
        self.attempt = attempt
        self.code = code
    }

    static func last(_ attempt: String) -> FileError { FileError(attempt: attempt, code: errno) }

    public var description: String {
        "\(attempt): \(strerror(code).map { String(cString: $0) } ?? "error \(code)")"
    }
}
