import CloudAPI
import Model
import Store

/// A network ACL as the API shows it, in lists and alone.
struct NetworkAclView: Encodable, Sendable {
    struct ResourceView: Encodable, Sendable {
        let ResourceId: String
        let Status: Status
    }
    let NetworkAclId: String
    let NetworkAclName: String
    let Description: String
    let AccountId: String
    let VpcId: String
    let Status: Status
    let ProjectName: String
    let IngressAclEntries: [NetworkAclEntryView]
    let EgressAclEntries: [NetworkAclEntryView]
    let DefaultIngressAclEntries: [NetworkAclEntryView]
    let DefaultEgressAclEntries: [NetworkAclEntryView]
    let Resources: [ResourceView]
    let Tags: [TagView]
    let CreationTime: String
    let UpdateTime: String
}

/// One entry as the API shows it. Which of the two blocks is there tells the direction.
struct NetworkAclEntryView: Encodable, Sendable {
    let NetworkAclEntryId: String
    let NetworkAclEntryName: String
    let Description: String
    let Policy: String
    let `Protocol`: String
    let Port: String
    let SourceCidrIp: String?
    let DestinationCidrIp: String?
    let Priority: Int

    init(_ entry: NetworkACLEntry) {
        NetworkAclEntryId = entry.id.rawValue
        NetworkAclEntryName = entry.name
        Description = entry.description
        Policy = entry.policy
        `Protocol` = entry.transport
        Port = entry.ports
        SourceCidrIp = entry.direction == .ingress ? entry.cidr : nil
        DestinationCidrIp = entry.direction == .egress ? entry.cidr : nil
        Priority = entry.position
    }
}

extension Call {
    func views(_ acls: [NetworkACL], _ tx: any ReadTransaction) throws -> [NetworkAclView] {
        let ids = acls.map(\.id.rawValue)
        let entries = try tx.list(ListQuery<NetworkACLEntry>().filter("aclID", anyOf: ids), in: scope).items
            .sorted { $0.position < $1.position }
        let bound = try tx.list(
            ListQuery<NetworkACLAssociation>().filter("aclID", anyOf: ids).oldestFirst(), in: scope
        ).items
        let entriesOf = Dictionary(grouping: entries, by: \.aclID)
        let boundTo = Dictionary(grouping: bound, by: \.aclID)
        let tags = try tagViews(of: acls, tx)
        return acls.map { acl in
            func own(_ direction: TrafficDirection) -> [NetworkACLEntry] {
                (entriesOf[acl.id] ?? []).filter { $0.direction == direction }
            }
            func refusal(_ direction: TrafficDirection) -> [NetworkAclEntryView] {
                acl.refusals(direction, after: own(direction).count).map(NetworkAclEntryView.init)
            }
            // A subnet's binding is as far as its ACL is.
            let status = acl.status.isTransitional ? Status.pending : acl.status
            return NetworkAclView(
                NetworkAclId: acl.id.rawValue, NetworkAclName: acl.name, Description: acl.description,
                AccountId: acl.accountID, VpcId: acl.vpcID.rawValue, Status: acl.status, ProjectName: acl.projectName,
                IngressAclEntries: own(.ingress).map(NetworkAclEntryView.init),
                EgressAclEntries: own(.egress).map(NetworkAclEntryView.init),
                DefaultIngressAclEntries: refusal(.ingress), DefaultEgressAclEntries: refusal(.egress),
                Resources: (boundTo[acl.id] ?? []).map { .init(ResourceId: $0.id.rawValue, Status: status) },
                Tags: tags[acl.id.rawValue] ?? [],
                CreationTime: CalendarTime.rfc3339(unixMilliseconds: acl.createdAt),
                UpdateTime: CalendarTime.rfc3339(unixMilliseconds: acl.updatedAt))
        }
    }
}

extension NetworkACL {
    /// The entries of the system's at the end of each list: what nothing before matched is refused.
    func refusals(_ direction: TrafficDirection, after count: Int) -> [NetworkACLEntry] {
        ["0.0.0.0/0", "::/0"].enumerated().map { index, block in
            NetworkACLEntry(
                id: Identifier("default-\(direction.rawValue)-\(index + 1)"), accountID: accountID, region: region,
                aclID: id, direction: direction, position: count + index + 1, name: "default", policy: "drop",
                cidr: block)
        }
    }
}
