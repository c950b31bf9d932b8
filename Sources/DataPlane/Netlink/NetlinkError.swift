import Glibc

/// A refused or failed call to the kernel's network configuration: what was tried, and the kernel's reason.
public struct NetlinkError: Error, Sendable, Hashable {
    /// What was tried, e.g. `create veth p1`.
    public let attempt: String
    /// errno, e.g. `EPERM`.
    public let code: Int32
    /// The kernel's own words, where it gave any.
    public let detail: String?

    public init(attempt: String, code: Int32, detail: String? = nil) {
        self.attempt = attempt
        self.code = code
        self.detail = detail
    }

    /// The error of the system call that just failed on this thread.
    static func last(_ attempt: String) -> NetlinkError { NetlinkError(attempt: attempt, code: errno) }
}

extension NetlinkError: CustomStringConvertible {
    public var description: String {
        let reason = strerror(code).map { String(cString: $0) } ?? "error \(code)"
        return detail.map { "\(attempt): \(reason) (\($0))" } ?? "\(attempt): \(reason)"
    }
}
