public import Model

/// Says what security groups and network ACLs do with a packet, by the same meaning as the tables in the kernel.
///
/// What the state does not know counts as strictly as it can: a group that is missing has no rules, an ACL that is
/// missing has no entries.
public struct FirewallEvaluator: Sendable {
    /// One interface, its rules resolved.
    private struct Guarded: Sendable {
        let interface: FirewallState.Interface
        let ingress: [FirewallProfile.Rule]
        let egress: [FirewallProfile.Rule]
        let acl: FirewallState.NetworkACL?

        func rules(_ direction: FlowDirection) -> [FirewallProfile.Rule] {
            direction == .ingress ? ingress : egress
        }
    }

    private let interfaces: [String: Guarded]
    private let members: [String: Set<IPAddress>]

    public init(_ state: FirewallState) {
        let groups = Dictionary(state.groups.map { ($0.groupID, $0) }, uniquingKeysWith: { first, _ in first })
        let acls = Dictionary(state.acls.map { ($0.aclID, $0) }, uniquingKeysWith: { first, _ in first })
        members = groups.mapValues { Set($0.members) }
        var interfaces: [String: Guarded] = [:]
        for interface in state.interfaces where interfaces[interface.networkInterfaceID] == nil {
            let own = interface.groupIDs.compactMap { groups[$0] }
            interfaces[interface.networkInterfaceID] = Guarded(
                interface: interface, ingress: FirewallProfile.rules(of: own, .ingress),
                egress: FirewallProfile.rules(of: own, .egress),
                acl: interface.aclID.map {
                    acls[$0] ?? FirewallState.NetworkACL(aclID: $0, ingress: [], egress: [])
                })
        }
        self.interfaces = interfaces
    }

    /// What becomes of a packet on its way from one network interface of the host to another.
    ///
    /// `nil`, or an ID that the state does not know, is somewhere outside: nothing is asked there, and whether it is
    /// in the same subnet is told by the address. The order is that of the packet: ACL and groups at the egress of the
    /// source, ACL and groups at the ingress of the destination.
    public func verdict(
        on packet: FirewallPacket, from source: String?, to destination: String?
    ) -> FirewallVerdict {
        let from = source.flatMap { interfaces[$0] }
        let to = destination.flatMap { interfaces[$0] }
        var checks: [FirewallCheck] = []
        let ends: [(Guarded?, FlowDirection, Guarded?)] = [(from, .egress, to), (to, .ingress, from)]
        for (near, direction, far) in ends {
            guard let near else { continue }
            for reason in reasons(packet, near, direction, far: far) {
                checks.append(
                    .init(networkInterfaceID: near.interface.networkInterfaceID, direction: direction, reason: reason))
                if !reason.accepts { return FirewallVerdict(checks: checks) }
            }
        }
        return FirewallVerdict(checks: checks)
    }

    /// The end whose security groups would refuse a new connection that begins with this packet; `nil` when the groups
    /// of both let it through. ACLs are not asked.
    public func groupsRefuse(
        connection packet: FirewallPacket, from source: String?, to destination: String?
    ) -> FlowDirection? {
        let ends: [(String?, FlowDirection)] = [(source, .egress), (destination, .ingress)]
        for (id, direction) in ends {
            guard let near = id.flatMap({ interfaces[$0] }), !near.interface.groupIDs.isEmpty else { continue }
            if !groups(packet, near, direction).accepts { return direction }
        }
        return nil
    }

    private func reasons(
        _ packet: FirewallPacket, _ near: Guarded, _ direction: FlowDirection, far: Guarded?
    ) -> [FirewallCheck.Reason] {
        let crosses = !isSameSubnet(packet, near, direction, far: far)
        let asksACL = near.acl != nil && crosses
        let asksGroups = !near.interface.groupIDs.isEmpty
        guard asksACL || asksGroups else { return [] }
        if packet.isNeighbourDiscovery || far == nil && packet.isAddressConfiguration {
            return [.linkService]
        }
        var reasons: [FirewallCheck.Reason] = []
        if let acl = near.acl, crosses { reasons.append(entry(packet, acl, direction)) }
        if asksGroups { reasons.append(packet.isEstablished ? .established : groups(packet, near, direction)) }
        return reasons
    }

    private func isSameSubnet(
        _ packet: FirewallPacket, _ near: Guarded, _ direction: FlowDirection, far: Guarded?
    ) -> Bool {
        if let far { return far.interface.subnetID == near.interface.subnetID }
        let peer = packet.tuple.peer(direction)
        return near.interface.subnetBlocks.contains { $0.contains(peer) }
    }

    private func entry(
        _ packet: FirewallPacket, _ acl: FirewallState.NetworkACL, _ direction: FlowDirection
    ) -> FirewallCheck.Reason {
        let peer = packet.tuple.peer(direction)
        for entry in direction == .ingress ? acl.ingress : acl.egress
        where entry.transport.matches(packet, ports: entry.ports) && entry.peer.contains(peer) {
            return .aclEntry(aclID: acl.aclID, entryID: entry.entryID, accepts: entry.accept)
        }
        return .noACLEntry(aclID: acl.aclID)
    }

    private func groups(
        _ packet: FirewallPacket, _ near: Guarded, _ direction: FlowDirection
    ) -> FirewallCheck.Reason {
        let peer = packet.tuple.peer(direction)
        for rule in near.rules(direction) where rule.rule.transport.matches(packet, ports: rule.rule.ports) {
            let isPeer =
                rule.rule.peers.contains { $0.contains(peer) }
                || rule.rule.peerGroupID.flatMap { members[$0] }?.contains(peer) == true
            if isPeer {
                return .groupRule(groupID: rule.groupID, ruleID: rule.rule.ruleID, accepts: rule.rule.accept)
            }
        }
        return .noGroupRule(groupIDs: near.interface.groupIDs)
    }
}

extension FiveTuple {
    /// The address of the other end.
    fileprivate func peer(_ direction: FlowDirection) -> IPAddress { direction == .ingress ? source : destination }
}
