import CloudAPI
import Model
import Store

extension Call {
    /// A CLB that can take a new listener or server.
    func openLoadBalancer(_ id: String, _ tx: any ReadTransaction) throws -> LoadBalancer {
        let balancer = try loadBalancer(id, tx)
        guard balancer.status == .active, balancer.businessStatus == .normal else {
            throw APIError.invalidStatus("LoadBalancer", "load balancer")
        }
        return balancer
    }

    func serverGroup(_ id: String, _ tx: any ReadTransaction) throws -> ServerGroup {
        try find(ServerGroup.self, id, tx, or: .notFound("ServerGroup", "server group"))
    }

    /// Takes an ENI that goes out of the server groups that name it.
    func removeServers(on interface: NetworkInterface, _ tx: any WriteTransaction) throws {
        let query = ListQuery<BackendServer>().filter("instanceID", interface.id.rawValue)
        for server in try tx.list(query, in: scope).items { try tx.delete(BackendServer.self, server.id.rawValue) }
    }

    /// Removes the listeners, server groups and servers of a CLB, which no other call does.
    func deleteParts(of balancer: LoadBalancer, _ tx: any WriteTransaction) throws {
        func delete<R: Resource>(_ type: R.Type) throws {
            let query = ListQuery<R>().filter("loadBalancerID", balancer.id.rawValue)
            for part in try tx.list(query, in: scope).items { try tx.delete(R.self, part.id.rawValue) }
        }
        try delete(Listener.self)
        try delete(BackendServer.self)
        try delete(ServerGroup.self)
    }
}
