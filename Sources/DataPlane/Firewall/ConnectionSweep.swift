import Glibc
import Model
import Packet

/// Goes through the connections of a namespace after a change of groups: those that are allowed no longer get the mark
/// that refuses them, those that are allowed again lose it. All others are not touched.
struct ConnectionSweep {
    private let evaluator: FirewallEvaluator
    /// Interfaces of this namespace by address.
    private let owners: [IPAddress: String]

    init(_ plan: FirewallPlan) {
        evaluator = FirewallEvaluator(plan.state)
        let here = Set(plan.devices.map(\.networkInterfaceID))
        let owned = plan.state.interfaces.filter { here.contains($0.networkInterfaceID) }.flatMap { interface in
            interface.addresses.map { ($0, interface.networkInterfaceID) }
        }
        owners = Dictionary(owned, uniquingKeysWith: { first, _ in first })
    }

    /// Returns how many marks were changed. Throws when the table cannot be read; connections that end meanwhile are
    /// passed over.
    @discardableResult func run(in namespace: NetworkNamespace) throws(NetlinkError) -> Int {
        let reader = try NetfilterSocket(in: namespace)
        let writer = try NetfilterSocket(in: namespace)
        var changed = 0
        // A table that changes while it is read (the kernel says so) may show an entry twice or not at all; those that
        // began since then were judged by the new rules.
        let request = NetfilterSocket.request(.getConnection, flags: NetlinkFlag.dump)
        try reader.exchange(request, "list the connections of \(namespace)") { reply throws(NetlinkError) in
            guard let connection = TrackedConnection(reply), let mark = wantedMark(connection),
                mark != connection.mark
            else { return }
            do throws(NetlinkError) {
                try writer.exchange(connection.marking(mark), "mark \(connection.packet.tuple)")
                changed += 1
            } catch {
                // It ended while it was looked at.
                guard error.code == ENOENT else { throw error }
            }
        }
        return changed
    }

    /// The mark a connection must have; `nil` when its mark is not ours to say.
    private func wantedMark(_ connection: TrackedConnection) -> UInt32? {
        let tuple = connection.packet.tuple
        let isOurs = ConnectionMark.isOurs(connection.mark)
        let (source, destination) = (owners[tuple.source], owners[tuple.destination])
        guard !connection.isRelated, source != nil || destination != nil, source != destination else {
            return isOurs ? 0 : nil
        }
        switch evaluator.groupsRefuse(connection: connection.packet, from: source, to: destination) {
        case .egress?: return ConnectionMark.refusedAtSource
        case .ingress?: return ConnectionMark.refusedAtDestination
        case nil: return isOurs ? 0 : nil
        }
    }
}
