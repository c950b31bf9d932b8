import Glibc

/// Whole files that are either the old or the new content after a crash, never a part.
public enum DurableFile {
    /// Writes `bytes` beside `path`, syncs, and renames over it. The directory entry is durable only after
    /// `syncDirectory`, which `sync` does at once.
    public static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o600, sync: Bool = true)
        throws(FileError)
    {
        let temporary = path + ".new"
        let number = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode_t(mode))
        guard number >= 0 else { throw FileError.last("write \(temporary)") }
        defer { close(number) }
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(number, $0.baseAddress.map { $0 + offset }, $0.count - offset)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw abandon(temporary, "write \(temporary)") }
            offset += count
        }
        guard fsync(number) == 0 else { throw abandon(temporary, "sync \(temporary)") }
        guard rename(temporary, path) == 0 else { throw abandon(temporary, "rename \(temporary)") }
        if sync { try syncDirectory(of: path) }
    }

    private static func abandon(_ temporary: String, _ attempt: String) -> FileError {
        let error = FileError.last(attempt)
        unlink(temporary)
        return error
    }

    /// The whole file. Throws `EFBIG` when it has more than `limit` bytes, `ENOENT` when there is none.
    public static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
        let number = open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { throw FileError.last("read \(path)") }
        defer { close(number) }
        var status = stat()
        guard fstat(number, &status) == 0 else { throw FileError.last("read \(path)") }
        guard status.st_size <= limit else { throw FileError(attempt: "read \(path)", code: EFBIG) }
        // One byte more than its size shows whether it grew meanwhile; files of /proc have no size.
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: min(max(4096, Int(status.st_size) + 1), 1 << 20))
        while true {
            let count = Glibc.read(number, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileError.last("read \(path)") }
            if count == 0 { return bytes }
            bytes += buffer.prefix(count)
            guard bytes.count <= limit else { throw FileError(attempt: "read \(path)", code: EFBIG) }
        }
    }

    /// The first bytes of a file, at most `count`, and the size of the whole.
    static func readHead(_ path: String, count: Int) throws(FileError) -> (head: [UInt8], size: Int) {
        let number = open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { throw FileError.last("read \(path)") }
        defer { close(number) }
        var status = stat()
        guard fstat(number, &status) == 0 else { throw FileError.last("read \(path)") }
        var head = [UInt8](repeating: 0, count: count)
        let got = pread(number, &head, count, 0)
        guard got >= 0 else { throw FileError.last("read \(path)") }
        return (Array(head.prefix(got)), Int(status.st_size))
    }

    /// Makes renames and deletions in the directory of `path` durable.
    public static func syncDirectory(of path: String) throws(FileError) {
        let cut = path.lastIndex(of: "/")
        let directory = cut.map { String(path[..<$0]) } ?? "."
        let number = open(directory.isEmpty ? "/" : directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw FileError.last("sync \(directory)") }
        defer { close(number) }
        guard fsync(number) == 0 else { throw FileError.last("sync \(directory)") }
    }

    /// Makes a directory and those above it that are missing.
    public static func makeDirectory(_ path: String, mode: UInt32 = 0o700) throws(FileError) {
        var reached = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            reached += (reached.isEmpty || reached == "/" ? "" : "/") + part
            guard mkdir(reached, mode_t(mode)) == 0 || errno == EEXIST else {
                throw FileError.last("make \(reached)")
            }
        }
    }
}
