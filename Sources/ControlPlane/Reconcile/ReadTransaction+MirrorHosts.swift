import Model
import Store

extension ReadTransaction {
    /// The hosts that a session concerns: who holds its source ENI sends the copies, and who holds the ENI they go to
    /// must know them from its own traffic.
    func hosts(concernedBy session: TrafficMirrorSession) throws -> [String] {
        let scope = Scope(accountID: session.accountID, region: session.region)
        var ids = [session.networkInterfaceID.rawValue]
        if let target = try find(TrafficMirrorTarget.self, session.targetID.rawValue, in: scope) {
            ids.append(try interfaceID(receivingFor: target, in: scope))
        }
        return try hosts(holding: list(ListQuery<NetworkInterface>().ids(ids), in: scope).items)
    }

    /// The ENI that takes in what is sent to a target: itself, or that of its CLB. Empty when there is none.
    func interfaceID(receivingFor target: TrafficMirrorTarget, in scope: Scope) throws -> String {
        switch target.instanceType {
        case .networkInterface: target.instanceID
        case .loadBalancer: try find(LoadBalancer.self, target.instanceID, in: scope)?.networkInterfaceID ?? ""
        }
    }

    /// The hosts that hold a source ENI of any session that uses a filter.
    func hosts(mirroringBy filterID: Identifier<TrafficMirrorFilter>, in scope: Scope) throws -> [String] {
        let sessions = try list(
            ListQuery<TrafficMirrorSession>().filter("filterID", filterID.rawValue), in: scope
        ).items
        guard !sessions.isEmpty else { return [] }
        let sources = Set(sessions.map(\.networkInterfaceID.rawValue))
        return try hosts(holding: list(ListQuery<NetworkInterface>().ids(sources.sorted()), in: scope).items)
    }
}
