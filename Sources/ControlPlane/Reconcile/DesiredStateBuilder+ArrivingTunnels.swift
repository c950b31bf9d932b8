import Model
import Store

/// Copies that other hosts send to the ENIs of one host.
extension DesiredStateBuilder {
    /// The tunnels of the sessions whose target is one of the `bound` ENIs, and whose source is none of them. A session
    /// that is going counts until it is gone: its copies may still be on their way.
    func arrivingTunnels(_ bound: Set<String>, _ scope: Scope) throws -> [MirrorTunnel] {
        let balancers = try tx.list(
            ListQuery<LoadBalancer>().filter("networkInterfaceID", anyOf: bound.sorted()), in: scope
        ).items
        let receivers = bound.sorted() + balancers.map(\.id.rawValue)
        let targets = try tx.list(ListQuery<TrafficMirrorTarget>().filter("instanceID", anyOf: receivers), in: scope)
        let query = ListQuery<TrafficMirrorSession>().filter("targetID", anyOf: targets.items.map(\.id.rawValue))
        var tunnels: Set<MirrorTunnel> = []
        for session in try tx.list(query, in: scope).items where !bound.contains(session.networkInterfaceID.rawValue) {
            guard let source = try tx.find(NetworkInterface.self, session.networkInterfaceID.rawValue, in: scope),
                let destination = try targetAddress(session.targetID.rawValue, scope)
            else { continue }
            tunnels.insert(
                MirrorTunnel(
                    source: source.primaryAddress, destination: destination,
                    vni: UInt32(clamping: session.virtualNetworkID)))
        }
        return tunnels.sorted {
            ($0.source.rawValue, $0.destination.rawValue, $0.vni) < (
                $1.source.rawValue, $1.destination.rawValue, $1.vni
            )
        }
    }
}
