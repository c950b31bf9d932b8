import Glibc

/// Owner of an open file descriptor; closes it when it goes away.
final class FileDescriptor: Sendable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { close(number) }

    /// Opens `path`, always close-on-exec.
    static func open(_ path: String, _ flags: Int32, mode: mode_t = 0) throws(NetlinkError) -> FileDescriptor {
        let number = Glibc.open(path, flags | O_CLOEXEC, mode)
        guard number >= 0 else { throw NetlinkError.last("open \(path)") }
        return FileDescriptor(number)
    }
}
