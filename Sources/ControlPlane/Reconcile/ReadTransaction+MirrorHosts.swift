import Model
import Store

extension ReadTransaction {
    /// The hosts that hold the source ENI of a session.
    func hosts(mirroring session: TrafficMirrorSession) throws -> [String] {
        let scope = Scope(accountID: session.accountID, region: session.region)
        let source = try find(NetworkInterface.self, session.networkInterfaceID.rawValue, in: scope)
        return try hosts(holding: source.map { [$0] } ?? [])
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
