import Glibc

/// Writes lines to a descriptor at once, whole, without a buffer that could be lost.
public enum LineOutput {
    /// Writes `text` to standard output (1) or another descriptor. Throws `NetlinkError`, `EPIPE` when the reader has
    /// gone.
    public static func write(_ text: String, to descriptor: Int32 = 1) throws(NetlinkError) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw NetlinkError.last("write output") }
            rest = rest.dropFirst(written)
        }
    }
}
