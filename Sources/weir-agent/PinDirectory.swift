import DataPlane
import Glibc

/// The agent's own bpffs mount, apart from /sys/fs/bpf, which tools that enter namespaces mount over.
enum PinDirectory {
    /// Mounts a bpffs at `path` unless there is one. Throws `FileError`, `AgentError.notPinnable`.
    static func mount(_ path: String) throws {
        if try isMounted(path) { return }
        try DurableFile.makeDirectory(path)
        guard Glibc.mount("bpf", path, "bpf", 0, "mode=0700") == 0 else {
            throw AgentError.notPinnable(String(describing: FileError(attempt: "mount bpf at \(path)", code: errno)))
        }
    }

    /// Unmounts and removes it. Nothing happens when it is not there.
    static func unmount(_ path: String) throws {
        while try isMounted(path) {
            guard umount2(path, Int32(MNT_DETACH)) == 0 else {
                throw FileError(attempt: "unmount \(path)", code: errno)
            }
        }
        rmdir(path)
    }

    static func isMounted(_ path: String) throws -> Bool {
        let table = try DurableFile.read("/proc/self/mounts", limit: 64 << 20)
        return table.split(separator: 0x0a).contains { line in
            let fields = line.split(separator: 0x20)
            return fields.count > 2 && fields[1].elementsEqual(path.utf8) && fields[2].elementsEqual("bpf".utf8)
        }
    }
}
