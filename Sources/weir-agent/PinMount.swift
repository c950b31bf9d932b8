import DataPlane
import Glibc

/// What is left of the agent's own bpffs mount: pins of another layout, which the data plane of this build does not
/// know. With the mount they go, and the kernel detaches what they held.
enum PinMount {
    /// Nothing happens when nothing is mounted. Throws `FileError`.
    static func remove(_ path: String) throws {
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
