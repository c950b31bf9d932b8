import Glibc

/// What the kernel says of this process, and of the disk under a directory.
struct ProcessSample: Sendable {
    var cpuSeconds = 0.0
    var residentBytes: UInt64 = 0
    var openFiles = 0
    var mostFiles: UInt64 = 0

    static func now() -> ProcessSample {
        var sample = ProcessSample()
        var usage = rusage()
        if getrusage(RUSAGE_SELF.rawValue, &usage) == 0 {
            func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
            sample.cpuSeconds = seconds(usage.ru_utime) + seconds(usage.ru_stime)
        }
        // The second number is the pages in RAM.
        let pages = line("/proc/self/statm").split(separator: " ").dropFirst().first.flatMap { UInt64($0) } ?? 0
        sample.residentBytes = pages &* UInt64(clamping: sysconf(Int32(_SC_PAGESIZE)))
        sample.openFiles = count("/proc/self/fd")
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            sample.mostFiles = UInt64(limit.rlim_cur)
        }
        return sample
    }

    /// The first bytes of a file; empty when it cannot be read.
    private static func line(_ path: String) -> String {
        let fd = open(path, O_RDONLY | O_CLOEXEC)
        guard fd >= 0 else { return "" }
        defer { close(fd) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let length = read(fd, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, length)), as: UTF8.self)
    }

    /// Entries of a directory, without those every directory has.
    private static func count(_ path: String) -> Int {
        guard let directory = opendir(path) else { return 0 }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        return max(0, count - 2)
    }

    /// Bytes a user may still write under `path`; `nil` when it cannot be told.
    static func freeBytes(_ path: String) -> UInt64? {
        var disk = statvfs()
        guard statvfs(path, &disk) == 0 else { return nil }
        return UInt64(disk.f_bavail) &* UInt64(disk.f_frsize)
    }

    /// Bytes of the files in a directory whose names begin so, with those in directories below that begin so.
    static func bytes(in directory: String, beginning: String, depth: Int = 3) -> UInt64 {
        guard depth > 0, let stream = opendir(directory) else { return 0 }
        defer { closedir(stream) }
        var bytes: UInt64 = 0
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.hasPrefix(beginning), name != ".", name != ".." else { continue }
            var status = stat()
            guard lstat("\(directory)/\(name)", &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFREG: bytes &+= UInt64(clamping: status.st_size)
            case S_IFDIR: bytes &+= Self.bytes(in: "\(directory)/\(name)", beginning: "", depth: depth - 1)
            default: break
            }
        }
        return bytes
    }
}
