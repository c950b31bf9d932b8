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

    /// An ENI must not be source and target at the same time, be it as the target itself or as a target's CLB.
    func requireNoLoop(
        source: Identifier<NetworkInterface>, target: TrafficMirrorTarget, _ tx: any ReadTransaction
    ) throws {
        let targets = ListQuery<TrafficMirrorTarget>().filter("instanceID", source.rawValue)
        guard try tx.count(targets, in: scope) == 0 else { throw APIError.sourceAndTarget }
        guard target.instanceType == .loadBalancer else { return }
        let balancer = try tx.find(LoadBalancer.self, target.instanceID, in: scope)
        guard balancer?.networkInterfaceID != source.rawValue else { throw APIError.sourceAndTarget }
    }

    /// A session's priority must be free in the account and region; its own row does not count.
    func requireFreePriority(of session: TrafficMirrorSession, _ tx: any ReadTransaction) throws {
        let query = ListQuery<TrafficMirrorSession>().filter("priority", session.priority)
        guard try tx.list(query, in: scope).items.allSatisfy({ $0.id == session.id }) else {
            throw APIError.priorityConflict("traffic mirror session")
        }
    }
}
