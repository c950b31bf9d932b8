import CloudAPI
import Model
import Store

extension Call {
    func networkACL(_ id: String, _ tx: any ReadTransaction) throws -> NetworkACL {
        try find(NetworkACL.self, id, tx, or: .notFound("NetworkAcl", "network ACL"))
    }

    /// A network ACL that can change its entries and subnets.
    func openNetworkACL(_ id: String, _ tx: any ReadTransaction) throws -> NetworkACL {
        let acl = try networkACL(id, tx)
        guard acl.status.isMade else { throw APIError.networkACLStatus }
        return acl
    }

    /// IDs of the subnets that have a network ACL.
    func subnets(boundTo acl: NetworkACL, _ tx: any ReadTransaction) throws -> [String] {
        let query = ListQuery<NetworkACLAssociation>().filter("aclID", acl.id.rawValue)
        return try tx.list(query, in: scope).items.map(\.id.rawValue)
    }

    /// A network ACL changes for what `subnets` hold: it is Pending until the hosts of their ENIs have the change.
    func change(_ acl: NetworkACL, on subnets: [String], _ tx: any WriteTransaction) throws {
        var acl = acl
        let query = ListQuery<NetworkInterface>().filter("subnetID", anyOf: subnets)
        let hosts = try tx.hosts(holding: tx.list(query, in: scope).items)
        // A change that is still under way elsewhere is waited for too.
        acl.waitsFor = acl.status == .pending ? Set(acl.waitsFor).union(hosts).sorted() : hosts
        acl.status = .pending
        acl.updatedAt = now
        acl.generation = try tx.raiseGeneration()
        try tx.update(acl)
    }
}

extension APIError {
    static var networkACLStatus: APIError { invalidStatus("NetworkAcl", "network ACL") }
}
