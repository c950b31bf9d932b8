public import Model
public import Store

extension ReadTransaction {
    /// The hosts that hold any of these ENIs: who must acknowledge a change that concerns them.
    public func hosts(holding interfaces: [NetworkInterface]) throws -> [String] {
        var hosts: Set<String> = []
        let owned = Dictionary(grouping: interfaces.filter { !$0.instanceID.isEmpty }) {
            Scope(accountID: $0.accountID, region: $0.region)
        }
        for (scope, interfaces) in owned {
            let instances = Set(interfaces.map(\.instanceID)).sorted()
            hosts.formUnion(try list(ListQuery<Instance>().ids(instances), in: scope).items.map(\.hostID))
        }
        return hosts.subtracting([""]).sorted()
    }

    /// Which of these ENIs hosts other than one hold. One that no host holds any more is nobody else's.
    public func interfaceIDs(_ ids: [String], notOfHost hostID: String, in scope: Scope) throws -> Set<String> {
        let interfaces = try list(ListQuery<NetworkInterface>().ids(ids), in: scope).items
        let instances = Set(interfaces.map(\.instanceID)).subtracting([""])
        let others = try list(ListQuery<Instance>().ids(instances.sorted()), in: scope).items.filter {
            !$0.hostID.isEmpty && $0.hostID != hostID
        }
        let otherIDs = Set(others.map(\.id.rawValue))
        return Set(interfaces.filter { otherIDs.contains($0.instanceID) }.map(\.id.rawValue))
    }

    /// Which of these sessions have their source on one host.
    public func sessionIDs(ofHost hostID: String, _ ids: [String], in scope: Scope) throws -> Set<String> {
        let sessions = try list(ListQuery<TrafficMirrorSession>().ids(ids), in: scope).items
        let foreign = try interfaceIDs(
            sessions.map(\.networkInterfaceID.rawValue), notOfHost: hostID, in: scope)
        return Set(sessions.filter { !foreign.contains($0.networkInterfaceID.rawValue) }.map(\.id.rawValue))
    }

    /// The attached ENIs a flow log on a resource watches.
    public func interfaces(
        watchedBy type: FlowLogResourceType, _ resourceID: String, in scope: Scope
    ) throws -> [NetworkInterface] {
        let query = ListQuery<NetworkInterface>()
        switch type {
        case .vpc: return try list(query.filter("vpcID", resourceID), in: scope).items
        case .subnet: return try list(query.filter("subnetID", resourceID), in: scope).items
        case .eni: return try list(query.ids([resourceID]), in: scope).items
        }
    }
}
