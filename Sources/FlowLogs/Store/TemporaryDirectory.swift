import Glibc

/// A directory of its own that goes with its last reference.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws(FlowLogError) {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array((parent + "/weir-flows-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw .system(parent, errno) }
        path = template.withUnsafeBufferPointer { buffer in buffer.baseAddress.map { String(cString: $0) } ?? parent }
    }

    deinit { Self.remove(path) }

    private static func remove(_ path: String) {
        for name in (try? FlowDirectory.names(path)) ?? [] {
            let file = path + "/" + name
            if unlink(file) != 0, errno == EISDIR || errno == EPERM { remove(file) }
        }
        rmdir(path)
    }
}
