import Glibc
import Model

/// An open netlink socket for each namespace in use. A namespace lives as long as its socket, so sockets of deleted
/// names are let go.
struct NetworkCache {
    struct Entry {
        let inode: UInt64
        let socket: RouteSocket
    }

    private var entries: [NetworkNamespace: Entry] = [:]

    mutating func entry(_ name: String?) throws -> Entry {
        let namespace = NetworkNamespace(name: name)
        if let found = entries[namespace] { return found }
        let entry = Entry(inode: try namespace.inode(), socket: try RouteSocket(in: namespace))
        entries[namespace] = entry
        return entry
    }

    /// Lets go of namespaces that were deleted, or deleted and made again.
    mutating func forgetMissing() {
        for (namespace, entry) in entries where (try? namespace.inode()) != entry.inode { entries[namespace] = nil }
    }
}
