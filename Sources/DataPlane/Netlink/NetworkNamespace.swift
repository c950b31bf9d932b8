import CDataPlane
import Glibc

/// A network namespace: the process's own, or one by its name under `/run/netns` (as `ip netns` sees it).
///
/// A value is only the name; the namespace is opened at each use, so one that was deleted and made again is found.
public struct NetworkNamespace: Hashable, Sendable {
    /// Directory of the named namespaces, shared with `ip netns`.
    public static let directory = "/run/netns"
    /// The namespace the process started in.
    public static let own = NetworkNamespace(name: nil)

    /// Name under `/run/netns`; `nil` is the process's own.
    public let name: String?

    public init(name: String?) { self.name = name }

    /// Path of the handle. A name that is not a plain file name (or not 1...255 bytes) is refused with `EINVAL`.
    func path() throws(NetlinkError) -> String {
        guard let name else { return "/proc/self/ns/net" }
        guard (1...255).contains(name.utf8.count), name != ".", name != "..", !name.utf8.contains(0x2f),
            !name.utf8.contains(0)
        else { throw NetlinkError(attempt: "name a namespace \"\(name)\"", code: EINVAL) }
        return "\(Self.directory)/\(name)"
    }

    /// Opens a handle that keeps the namespace alive until it is closed.
    func open() throws(NetlinkError) -> FileDescriptor { try FileDescriptor.open(try path(), O_RDONLY) }

    /// Whether there is such a namespace now.
    public var exists: Bool { (try? path()).map(Self.isNamespace) ?? false }

    /// Inode of the namespace, the number the kernel tells namespaces apart by (`net->ns.inum`).
    public func inode() throws(NetlinkError) -> UInt64 {
        let handle = try open()
        var status = stat()
        guard fstat(handle.number, &status) == 0 else { throw NetlinkError.last("stat namespace \(self)") }
        return UInt64(status.st_ino)
    }

    /// Runs `body` on a thread of its own inside the namespace, and hands on its result or error. For the own
    /// namespace it runs in place. Sockets opened within stay in the namespace. Throws `NetlinkError` when it
    /// cannot be entered, else what `body` throws.
    public func run<T>(_ body: () throws -> T) throws -> T {
        guard name != nil else { return try body() }
        let handle = try open()
        return try NamespaceThread.run("enter namespace \(self)") {
            guard Privilege.asAdministrator({ weir_enter_network_namespace(handle.number) }) == 0 else {
                throw NetlinkError.last("enter namespace \(self)")
            }
            return try body()
        }
    }

    /// Makes the namespace and binds it under its name, as `ip netns add` does. `EEXIST` when the name is taken.
    public func create() throws(NetlinkError) {
        let attempt = "create namespace \(self)"
        guard name != nil else { throw NetlinkError(attempt: attempt, code: EINVAL) }
        let path = try path()
        var left = 3
        while true {
            do {
                let lock = try NamespaceDirectory.prepare()
                return try withExtendedLifetime(lock) { () throws(NetlinkError) in try bind(path, attempt) }
            } catch {
                // The last user of the directory may just have removed it.
                left -= 1
                guard error.code == ENOENT, left > 0 else { throw error }
            }
        }
    }

    private func bind(_ path: String, _ attempt: String) throws(NetlinkError) {
        do {
            _ = try FileDescriptor.open(path, O_RDONLY | O_CREAT | O_EXCL)
        } catch let error where error.code == EEXIST && Self.isLeftover(path) {
            // Its maker was killed before it could bind; the directory's lock says that nobody is at it now.
        } catch {
            throw NetlinkError(attempt: attempt, code: error.code)
        }
        do {
            try NamespaceThread.run(attempt) {
                let isMade = Privilege.asAdministrator {
                    weir_unshare_network_namespace() == 0
                        && mount("/proc/thread-self/ns/net", path, "none", UInt(MS_BIND), nil) == 0
                }
                guard isMade else { throw NetlinkError.last(attempt) }
            }
        } catch {
            unlink(path)
            throw error as? NetlinkError ?? NetlinkError(attempt: attempt, code: EIO)
        }
    }

    /// Unbinds the name; the namespace goes away with its last process. Nothing happens when there is none.
    public func delete() throws(NetlinkError) {
        guard let name else { throw NetlinkError(attempt: "delete the own namespace", code: EINVAL) }
        let path = try path()
        // A name can carry several mounts when two makers raced; all go.
        while Self.isNamespace(path) {
            guard Privilege.asAdministrator({ umount2(path, Int32(MNT_DETACH)) }) == 0 else {
                throw NetlinkError.last("delete namespace \(name)")
            }
        }
        guard unlink(path) == 0 || errno == ENOENT else { throw NetlinkError.last("delete namespace \(name)") }
    }

    /// Names of all namespaces under `/run/netns`, sorted.
    public static func list() -> [String] {
        NamespaceDirectory.entries().filter { isNamespace("\(directory)/\($0)") }.sorted()
    }

    /// Names of files that wait for a namespace that never came: their maker was killed in between.
    static func leftovers() -> [String] {
        NamespaceDirectory.entries().filter { isLeftover("\(directory)/\($0)") }
    }

    private static func isLeftover(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_size == 0
            && !isNamespace(path)
    }

    private static func isNamespace(_ path: String) -> Bool { weir_is_namespace(path) == 1 }
}

extension NetworkNamespace: CustomStringConvertible {
    public var description: String { name ?? "(own)" }
}
