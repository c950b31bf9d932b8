import Model
import Packet
import Store

/// The other end, and what security groups and ACLs say on the way.
extension PacketExplainer {
    /// The ENI that has the other address, in the same VPC.
    func peer() throws -> NetworkInterface? {
        let address = direction == .egress ? tuple.destination : tuple.source
        let query = ListQuery<NetworkInterface>().filter("vpcID", interface.vpcID.rawValue)
        return try tx.list(query, in: call.scope).items.first { $0.allAddresses.contains(address) }
    }

    /// Asks the groups and ACLs of both ends, wherever they are; `nil` when there are none.
    func firewall(_ peer: NetworkInterface?) throws -> PacketExplanation.Firewall? {
        let ends = [interface] + (peer.map { $0.id == interface.id ? [] : [$0] } ?? [])
        let builder = DesiredStateBuilder(tx, settings: call.settings)
        let evaluator = FirewallEvaluator(try builder.firewall(ends, call.scope))
        let packet = FirewallPacket(tuple, carriesPorts: request.hasPorts, isEstablished: request.isEstablished)
        let (near, far) = (interface.id.rawValue, peer?.id.rawValue)
        let verdict = evaluator.verdict(
            on: packet, from: direction == .egress ? near : far, to: direction == .egress ? far : near)
        guard !verdict.checks.isEmpty else { return nil }
        return .init(Accepted: verdict.accepts, Enforced: enforces, Steps: verdict.checks.map(\.description))
    }

    /// Whether the ENI's host holds it to its groups: in the lab, and on adopted devices when the agent was told to.
    private var enforces: Bool {
        guard let host = mirroring.host else { return false }
        let isLab = mirroring.state?.lab?.instances.contains { instance in
            instance.ports.contains { $0.networkInterfaceID == interface.id.rawValue }
        }
        return isLab ?? false || host.enforcesSecurityGroups
    }

    /// What enters an ENI through a port is mirrored behind the firewall: what that refuses is never seen there.
    func refusesBeforeMirroring(_ firewall: PacketExplanation.Firewall) -> Bool {
        let binding = mirroring.state?.bindings.first { $0.networkInterfaceID == interface.id.rawValue }
        return direction == .ingress && binding?.side == .port && firewall.Enforced && !firewall.Accepted
    }
}

extension PacketExplanation.Peer {
    init(_ interface: NetworkInterface) {
        self.init(
            NetworkInterfaceId: interface.id.rawValue, InstanceId: interface.instanceID,
            Address: interface.primaryAddress.description)
    }
}
