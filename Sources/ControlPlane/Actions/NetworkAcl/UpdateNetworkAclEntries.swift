import CloudAPI
import Model
import Store

/// Replaces the whole list of entries of each direction whose Update flag is true; the order of the list decides.
struct UpdateNetworkAclEntries: WriteAction {
    struct Request: ActionRequest {
        var id = ""
        var updatesIngress = false
        var updatesEgress = false
        var ingress: [NetworkAclEntryRequest] = []
        var egress: [NetworkAclEntryRequest] = []
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("NetworkAclId", \.id, .text),
                .optional("UpdateIngressAclEntries", \.updatesIngress, .flag),
                .aclEntries("IngressAclEntries", peer: "SourceCidrIp", \.ingress),
                .optional("UpdateEgressAclEntries", \.updatesEgress, .flag),
                .aclEntries("EgressAclEntries", peer: "DestinationCidrIp", \.egress),
            ]
        }
    }
    typealias Response = EmptyResult
    static let takesClientToken = true
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { request.id }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        let acl = try call.openNetworkACL(request.id, tx)
        if request.updatesIngress { try replace(.ingress, with: request.ingress, of: acl, call, tx) }
        if request.updatesEgress { try replace(.egress, with: request.egress, of: acl, call, tx) }
        if request.updatesIngress || request.updatesEgress {
            try call.change(acl, on: call.subnets(boundTo: acl, tx), tx)
        }
        return EmptyResult()
    }

    /// An entry sent with the ID of one that is there keeps it; the others get IDs of their own.
    private func replace(
        _ direction: TrafficDirection, with entries: [NetworkAclEntryRequest], of acl: NetworkACL, _ call: Call,
        _ tx: any WriteTransaction
    ) throws {
        let query = ListQuery<NetworkACLEntry>().filter("aclID", acl.id.rawValue)
            .filter("direction", direction.rawValue)
        var kept = Set(try tx.list(query, in: call.scope).items.map(\.id.rawValue))
        guard entries.count <= call.settings.quotas.networkACLEntries else {
            throw APIError.quotaExceeded("NetworkAclEntry", "entries of a network ACL")
        }
        for id in kept { try tx.delete(NetworkACLEntry.self, id) }
        for (index, entry) in entries.enumerated() {
            // Each ID of an old entry is good for one new one.
            guard entry.id.isEmpty || kept.remove(entry.id) != nil else {
                throw APIError.notFound("NetworkAclEntry", "network ACL entry")
            }
            try tx.insert(
                NetworkACLEntry(
                    id: entry.id.isEmpty ? call.newID("nae") : Identifier(entry.id), accountID: call.scope.accountID,
                    region: call.scope.region, aclID: acl.id, direction: direction, position: index + 1,
                    name: entry.name, description: entry.description, policy: entry.policy,
                    transport: entry.transport.rawValue, ports: entry.ports.apiText, cidr: entry.peer.description))
        }
    }
}
