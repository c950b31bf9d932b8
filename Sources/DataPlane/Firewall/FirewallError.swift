import Glibc

/// Groups and ACLs that could not be made true: what was tried, and why not.
public struct FirewallError: Error, Sendable, Hashable, CustomStringConvertible {
    public let attempt: String
    public let reason: String

    init(attempt: String, reason: String) {
        self.attempt = attempt
        self.reason = reason
    }

    /// The error of the system call that just failed on this thread.
    static func last(_ attempt: String) -> FirewallError {
        FirewallError(attempt: attempt, reason: strerror(errno).map { String(cString: $0) } ?? "error \(errno)")
    }

    public var description: String { "\(attempt): \(reason)" }
}
