import CDataPlane
import Glibc

/// The directory of pinned links and maps, on a bpffs of its own: what is pinned there outlives the process.
final class PinDirectory {
    /// Where the bpffs is mounted.
    let root: String
    /// Whether a data plane mounted it, this one or one before, and so unmounts it. A directory in it says so: the
    /// journal of another layout may be beyond reading.
    var isOurs: Bool { access(mark, F_OK) == 0 }
    private var mark: String { "\(root)/ours" }
    /// Held while the data plane is in use, so that two agents never share one.
    private var lock: FileDescriptor?

    var base: String { "\(root)/v\(WEIR_LAYOUT)" }
    var maps: String { "\(base)/maps" }
    var links: String { "\(base)/links" }

    /// Mounts a bpffs at `root` unless there is one, and takes the lock.
    init(root: String) throws {
        self.root = root
        try DurableFile.makeDirectory(root)
        if weir_is_bpf_filesystem(root) == 0 {
            let flags = UInt(MS_NOSUID) | UInt(MS_NODEV) | UInt(MS_NOEXEC)
            guard Privilege.asAdministrator({ mount("bpf", root, "bpf", flags, "mode=0700") }) == 0 else {
                throw KernelError.last("mount a bpffs at \(root)")
            }
            guard mkdir(mark, 0o700) == 0 else { throw KernelError.last("make \(mark)") }
        }
        let directory = try FileDescriptor.open(root, O_RDONLY | O_DIRECTORY)
        guard flock(directory.number, LOCK_EX | LOCK_NB) == 0 else {
            throw KernelError(
                attempt: "take \(root)", code: errno == EWOULDBLOCK ? 0 : errno, detail: "another agent has it")
        }
        lock = directory
        for path in [base, maps, links] {
            guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw KernelError.last("make \(path)") }
        }
    }

    /// Names of the pinned links.
    func linkNames() -> [String] { Self.entries(links) }

    /// Directories of other layouts: older or newer ones.
    func otherLayouts() -> [String] {
        Self.entries(root).filter { $0 != "v\(WEIR_LAYOUT)" && $0.hasPrefix("v") && Int($0.dropFirst()) != nil }
            .map { "\(root)/\($0)" }
    }

    /// Removes whatever is pinned below a directory, and it too.
    static func removeTree(_ directory: String) {
        for name in entries(directory) {
            let path = "\(directory)/\(name)"
            if unlink(path) != 0, errno == EISDIR || errno == EPERM { removeTree(path) }
        }
        rmdir(directory)
    }

    private static func entries(_ directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Removes every pin of ours, then the mount when it is ours; the kernel detaches what nothing holds any more.
    func removeAll(unmounting: Bool) {
        for path in otherLayouts() + [base] { Self.removeTree(path) }
        lock = nil
        // Lazily: a process about to be started holds what was open here until it runs its program.
        if unmounting, Privilege.asAdministrator({ umount2(root, Int32(MNT_DETACH)) }) == 0 { rmdir(root) }
    }
}
