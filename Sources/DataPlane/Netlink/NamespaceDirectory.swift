import Glibc

/// `/run/netns`, shared with iproute2 and container runtimes: made when missing, removed when nobody uses it.
enum NamespaceDirectory {
    /// The sticky bit, without meaning on a directory only root writes, tells one that Weir made from others'.
    private static let ours: mode_t = 0o1755

    /// Makes the directory a shared mount point, so that names are seen in every mount namespace. Returns a lock
    /// (the one iproute2 takes) that is held until it is let go.
    static func prepare() throws(NetlinkError) -> FileDescriptor {
        let directory = NetworkNamespace.directory
        guard mkdir(directory, ours) == 0 || errno == EEXIST else { throw NetlinkError.last("make \(directory)") }
        let lock = try locked()
        let shared = UInt(MS_SHARED) | UInt(MS_REC)
        try Privilege.asAdministrator { () throws(NetlinkError) in
            if mount("", directory, "none", shared, nil) == 0 { return }
            guard errno == EINVAL, mount(directory, directory, "none", UInt(MS_BIND) | UInt(MS_REC), nil) == 0,
                mount("", directory, "none", shared, nil) == 0
            else { throw NetlinkError.last("share \(directory)") }
        }
        return lock
    }

    /// Names in the directory; empty when there is none.
    static func entries() -> [String] {
        guard let stream = opendir(NetworkNamespace.directory) else { return [] }
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

    /// Unmounts and removes the directory when Weir made it and it is empty.
    static func removeIfEmpty() {
        var status = stat()
        guard stat(NetworkNamespace.directory, &status) == 0, status.st_mode & 0o7777 == ours,
            let lock = try? locked(), entries().isEmpty
        else { return }
        withExtendedLifetime(lock) {
            _ = Privilege.asAdministrator { umount2(NetworkNamespace.directory, Int32(MNT_DETACH)) }
            rmdir(NetworkNamespace.directory)
        }
    }

    private static func locked() throws(NetlinkError) -> FileDescriptor {
        let lock = try FileDescriptor.open(NetworkNamespace.directory, O_RDONLY | O_DIRECTORY)
        while flock(lock.number, LOCK_EX) != 0 {
            guard errno == EINTR else { throw NetlinkError.last("lock \(NetworkNamespace.directory)") }
        }
        return lock
    }
}
