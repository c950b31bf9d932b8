import Glibc

/// Tells when links, addresses, routes or neighbours of a namespace change.
///
/// Wait for `descriptor` to be readable (poll), then `drain()`.
public final class RouteMonitor {
    /// What changed.
    public struct Changes: OptionSet, Sendable, Hashable {
        public let rawValue: Int
        public init(rawValue: Int) { self.rawValue = rawValue }
        public static let links = Changes(rawValue: 1)
        public static let addresses = Changes(rawValue: 2)
        public static let routes = Changes(rawValue: 4)
        public static let neighbours = Changes(rawValue: 8)
        public static let all: Changes = [.links, .addresses, .routes, .neighbours]
    }

    public let namespace: NetworkNamespace
    /// Inode of the namespace that is watched, also when its name has gone to another since.
    public let inode: UInt64
    private let netlink: FileDescriptor
    private let watched: Changes
    private var buffer = [UInt8](repeating: 0, count: 32768)

    /// Subscribes. Throws when the namespace is not there or may not be entered.
    public init(in namespace: NetworkNamespace = .own, watching watched: Changes = .all) throws(NetlinkError) {
        self.namespace = namespace
        self.watched = watched
        inode = try namespace.inode()
        var groups: UInt32 = 0
        if watched.contains(.links) { groups |= 0x1 }
        if watched.contains(.neighbours) { groups |= 0x4 }
        if watched.contains(.addresses) { groups |= 0x10 | 0x100 }
        if watched.contains(.routes) { groups |= 0x40 | 0x400 }
        do {
            netlink = try namespace.run {
                try RouteSocket.openNetlink(groups: groups, flags: Int32(SOCK_NONBLOCK.rawValue))
            }
        } catch {
            throw error as? NetlinkError ?? NetlinkError(attempt: "watch \(namespace)", code: EIO)
        }
    }

    /// Readable when something changed.
    public var descriptor: Int32 { netlink.number }

    /// Reads what is waiting, without blocking. When the kernel had to drop messages everything counts as changed.
    public func drain() -> Changes {
        var changes: Changes = []
        // Bounded, so that a storm of changes cannot hold the caller.
        for _ in 0..<1024 {
            let count = recv(netlink.number, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == ENOBUFS {
                changes = watched
                continue
            }
            guard count > 0 else { break }
            for reply in NetlinkReply.split(buffer[0..<count]) {
                switch reply.type {
                case 16...19: changes.insert(.links)
                case 20...23: changes.insert(.addresses)
                case 24...27: changes.insert(.routes)
                case 28...31: changes.insert(.neighbours)
                default: break
                }
            }
        }
        return changes
    }
}
