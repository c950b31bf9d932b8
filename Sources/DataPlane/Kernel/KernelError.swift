import CDataPlane
import Glibc

/// A refused or failed call to the BPF side of the kernel: what was tried, and the reason.
public struct KernelError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was tried, e.g. `attach to eth0`.
    public let attempt: String
    /// errno, e.g. `EPERM`; 0 when `detail` says it all.
    public let code: Int32
    /// More words, where there are any.
    public let detail: String?

    public init(attempt: String, code: Int32, detail: String? = nil) {
        self.attempt = attempt
        self.code = code
        self.detail = detail
    }

    /// The error of the libbpf call that just failed on this thread.
    static func last(_ attempt: String) -> KernelError {
        let code = errno
        let warning = String(cString: weir_bpf_warning()).split(separator: "\n").first.map(String.init)
        return KernelError(attempt: attempt, code: code, detail: warning)
    }

    public var description: String {
        guard code != 0 else { return "\(attempt): \(detail ?? "failed")" }
        let reason = strerror(code).map { String(cString: $0) } ?? "error \(code)"
        return detail.map { "\(attempt): \(reason) (\($0))" } ?? "\(attempt): \(reason)"
    }
}
