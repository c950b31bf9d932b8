public import Model
public import Store

extension ReadTransaction {
    /// The hosts that hold any of these ENIs: who must acknowledge a change that concerns them.
    public func hosts(holding interfaces: [NetworkInterface]) throws -> [String] {
        let instances = Set(interfaces.map(\.instanceID)).subtracting([""])
        guard !instances.isEmpty else { return [] }
        let list = try list(ListQuery<Instance>().ids(Array(instances)), in: nil).items
        return Set(list.map(\.hostID)).subtracting([""]).sorted()
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
