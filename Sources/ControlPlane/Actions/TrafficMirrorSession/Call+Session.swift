import CloudAPI
import Model
import Store

extension Call {
    /// A session that may change now.
    func changeableSession(_ id: String, _ tx: any ReadTransaction) throws -> TrafficMirrorSession {
        let session = try find(TrafficMirrorSession.self, id, tx, or: .sessionNotFound)
        guard session.businessStatus == .normal, !session.status.isTransitional else { throw APIError.sessionStatus }
        return session
    }

    /// An ENI must not be source and target at the same time, be it as a target itself or as that of a target's CLB:
    /// of this target or any other, so that there is no chain of sessions at all. Nor may the copies go to an address
    /// of the source's own, which another ENI can have that was adopted elsewhere.
    func requireNoLoop(source: NetworkInterface, target: TrafficMirrorTarget, _ tx: any ReadTransaction) throws {
        let balancers = ListQuery<LoadBalancer>().filter("networkInterfaceID", source.id.rawValue)
        let receivers = [source.id.rawValue] + (try tx.list(balancers, in: scope).items.map(\.id.rawValue))
        let targets = ListQuery<TrafficMirrorTarget>().filter("instanceID", anyOf: receivers)
        guard try tx.count(targets, in: scope) == 0 else { throw APIError.sourceAndTarget }
        let address: IPv4Address? =
            switch target.instanceType {
            case .networkInterface:
                try tx.find(NetworkInterface.self, target.instanceID, in: scope)?.primaryAddress
            case .loadBalancer: try tx.find(LoadBalancer.self, target.instanceID, in: scope)?.address
            }
        guard let address, ([source.primaryAddress] + source.secondaryAddresses).contains(address) else { return }
        throw APIError.sourceAndTarget
    }

    /// A session's priority must be free in the account and region; its own row does not count.
    func requireFreePriority(of session: TrafficMirrorSession, _ tx: any ReadTransaction) throws {
        let query = ListQuery<TrafficMirrorSession>().filter("priority", session.priority)
        guard try tx.list(query, in: scope).items.allSatisfy({ $0.id == session.id }) else {
            throw APIError.priorityConflict("traffic mirror session")
        }
    }
}
