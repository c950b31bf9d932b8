import Glibc
import Model

/// Making and removing the namespaces of a lab.
enum LabNamespace {
    /// The lab's namespaces that are there now: named for it, and marked or still being made.
    static func existing(lab name: String) -> [NetworkNamespace] {
        NetworkNamespace.list().filter { $0.hasPrefix(LabRules.prefix(name)) }.map { NetworkNamespace(name: $0) }
            .filter { namespace in
                guard let socket = try? RouteSocket(in: namespace) else { return false }
                return (try? isOurs(socket)) == true
            }
    }

    /// Deletes the names of the lab that a killed predecessor had not bound to a namespace yet.
    static func removeLeftovers(lab name: String) throws(NetlinkError) {
        for leftover in NetworkNamespace.leftovers() where leftover.hasPrefix(LabRules.prefix(name)) {
            try NetworkNamespace(name: leftover).delete()
        }
    }

    /// Opens the namespace, makes it when missing. Throws `EEXIST` when somebody else's has the name.
    static func ensure(_ namespace: NetworkNamespace, _ settings: [(key: String, value: String)])
        throws -> RouteSocket
    {
        if !namespace.exists { try namespace.create() }
        let socket = try RouteSocket(in: namespace)
        guard try isOurs(socket) else {
            throw NetlinkError(attempt: "take namespace \(namespace), which the lab did not make", code: EEXIST)
        }
        try namespace.writeSysctls(settings)
        guard let loopback = try socket.link(named: "lo") else {
            throw NetlinkError(attempt: "find lo in \(namespace)", code: ENODEV)
        }
        // The mark comes last: a namespace that is not finished stays recognisable by being empty and down.
        if !loopback.isUp || loopback.group != LabMark.group {
            try socket.setLink(index: loopback.index, up: true, group: LabMark.group)
        }
        return socket
    }

    /// Deletes the lab's devices, at once and not when the kernel finds time, then the namespace.
    static func remove(_ namespace: NetworkNamespace) throws(NetlinkError) {
        let socket = try RouteSocket(in: namespace)
        for link in try socket.links() where link.kind == "veth" { try socket.deleteLink(index: link.index) }
        try namespace.delete()
    }

    /// Marked, or made by a lab that was stopped before it could mark it: nothing in it but `lo`, down.
    private static func isOurs(_ socket: RouteSocket) throws(NetlinkError) -> Bool {
        let links = try socket.links()
        guard let loopback = links.first(where: \.isLoopback) else { return false }
        return loopback.group == LabMark.group || (links.count == 1 && !loopback.isUp)
    }
}
