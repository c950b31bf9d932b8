import DataPlane
import Glibc
import Synchronization

/// Namespaces of one test, named with the process number; they go away with the value.
final class NetlinkTestbed {
    private static let counter = Atomic<Int>(0)
    private let prefix: String
    private(set) var namespaces: [NetworkNamespace] = []

    init() {
        let number = Self.counter.wrappingAdd(1, ordering: .relaxed).newValue
        prefix = "wt\(getpid())x\(number)"
    }

    func namespace(_ suffix: String) throws -> NetworkNamespace {
        let namespace = NetworkNamespace(name: "\(prefix)\(suffix)")
        try namespace.create()
        namespaces.append(namespace)
        return namespace
    }

    deinit {
        for namespace in namespaces {
            // A device that still has packets in flight would keep the namespace for a while.
            if let socket = try? RouteSocket(in: namespace), let links = try? socket.links() {
                for link in links where !link.isLoopback { try? socket.deleteLink(index: link.index) }
            }
            try? namespace.delete()
        }
    }
}
