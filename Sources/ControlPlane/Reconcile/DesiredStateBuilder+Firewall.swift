import Model
import Store

/// Security groups and network ACLs of the ENIs of one host.
extension DesiredStateBuilder {
    func firewall(_ interfaces: [NetworkInterface], _ scope: Scope) throws -> FirewallState {
        let aclOf = try aclsBySubnet(Set(interfaces.map(\.subnetID.rawValue)), scope)
        return FirewallState(
            groups: try groups(carriedBy: interfaces, scope), acls: try acls(Set(aclOf.values), scope),
            interfaces: try interfaces.map { interface in
                var guarded = FirewallState.Interface(
                    networkInterfaceID: interface.id.rawValue, subnetID: interface.subnetID.rawValue,
                    addresses: interface.allAddresses, groupIDs: interface.securityGroupIDs,
                    aclID: aclOf[interface.subnetID.rawValue])
                // Nothing else asks for the blocks.
                if guarded.aclID != nil, let subnet = try tx.find(Subnet.self, interface.subnetID.rawValue, in: scope) {
                    guarded.subnetBlocks = subnet.blocks
                }
                return guarded
            })
    }

    /// The groups the ENIs carry with their rules, and the groups those rules name with their members alone: a peer's
    /// own rules decide nothing here.
    private func groups(carriedBy interfaces: [NetworkInterface], _ scope: Scope) throws -> [FirewallState.Group] {
        let carried = Set(interfaces.flatMap(\.securityGroupIDs))
        guard !carried.isEmpty else { return [] }
        let rules = try tx.list(
            ListQuery<SecurityGroupRule>().filter("groupID", anyOf: carried.sorted()).oldestFirst(), in: scope
        ).items
        let named = carried.union(rules.map(\.sourceGroupID)).subtracting([""])
        let members = try members(of: named, scope)
        let rulesOf = Dictionary(grouping: rules, by: \.groupID.rawValue)
        return named.sorted().map { id in
            let own = (rulesOf[id] ?? []).sorted { $0.comesBefore($1) }
            return FirewallState.Group(
                groupID: id, members: members[id] ?? [],
                ingress: own.filter { $0.direction == .ingress }.compactMap(FirewallState.GroupRule.init),
                egress: own.filter { $0.direction == .egress }.compactMap(FirewallState.GroupRule.init))
        }
    }

    /// The addresses of every ENI that carries each of these groups, wherever it is.
    private func members(of groups: Set<String>, _ scope: Scope) throws -> [String: [IPAddress]] {
        let query = ListQuery<NetworkInterface>().filter(list: "securityGroupIDs", anyOf: groups.sorted())
        var members: [String: [IPAddress]] = [:]
        for interface in try tx.list(query.oldestFirst(), in: scope).items where interface.status != .deleting {
            for group in interface.securityGroupIDs where groups.contains(group) {
                members[group, default: []] += interface.allAddresses
            }
        }
        return members
    }

    private func aclsBySubnet(_ subnets: Set<String>, _ scope: Scope) throws -> [String: String] {
        let bound = try tx.list(ListQuery<NetworkACLAssociation>().ids(subnets.sorted()), in: scope).items
        return Dictionary(bound.map { ($0.id.rawValue, $0.aclID.rawValue) }, uniquingKeysWith: { first, _ in first })
    }

    private func acls(_ ids: Set<String>, _ scope: Scope) throws -> [FirewallState.NetworkACL] {
        guard !ids.isEmpty else { return [] }
        let query = ListQuery<NetworkACLEntry>().filter("aclID", anyOf: ids.sorted())
        let entriesOf = Dictionary(grouping: try tx.list(query, in: scope).items, by: \.aclID.rawValue)
        return ids.sorted().map { id in
            let entries = (entriesOf[id] ?? []).sorted { $0.position < $1.position }
            return FirewallState.NetworkACL(
                aclID: id,
                ingress: entries.filter { $0.direction == .ingress }.compactMap(FirewallState.ACLEntry.init),
                egress: entries.filter { $0.direction == .egress }.compactMap(FirewallState.ACLEntry.init))
        }
    }
}

extension Subnet {
    /// Its IPv4 block, and the IPv6 one where it has one.
    fileprivate var blocks: [IPCIDR] { [IPCIDR(cidrBlock)] + (IPCIDR(ipv6CIDRBlock).map { [$0] } ?? []) }
}

extension NetworkInterface {
    /// Primary first, then secondary IPv4, then IPv6.
    var allAddresses: [IPAddress] {
        privateAddresses.map { IPAddress($0) } + ipv6Addresses.compactMap { IPAddress($0) }
    }
}

extension SecurityGroupRule {
    /// Ascending priority; at equal priority what refuses goes first.
    fileprivate func comesBefore(_ other: SecurityGroupRule) -> Bool {
        if priority != other.priority { return priority < other.priority }
        return policy == "drop" && other.policy != "drop"
    }
}

extension FirewallState.GroupRule {
    /// A prefix list would be its blocks; there are none, so a rule that names one matches nothing.
    fileprivate init?(_ rule: SecurityGroupRule) {
        guard let transport = FirewallState.Transport(rawValue: rule.transport),
            let ports = PortRange(apiText: "\(rule.portStart)/\(rule.portEnd)")
        else { return nil }
        self.init(
            ruleID: rule.id.rawValue, priority: rule.priority, accept: rule.policy == "accept", transport: transport,
            ports: ports, peers: IPCIDR(rule.cidr).map { [$0] } ?? [],
            peerGroupID: rule.sourceGroupID.isEmpty ? nil : rule.sourceGroupID)
    }
}

extension FirewallState.ACLEntry {
    fileprivate init?(_ entry: NetworkACLEntry) {
        guard let transport = FirewallState.Transport(rawValue: entry.transport),
            let ports = PortRange(apiText: entry.ports), let peer = IPCIDR(entry.cidr)
        else { return nil }
        self.init(
            entryID: entry.id.rawValue, accept: entry.policy == "accept", transport: transport, ports: ports,
            peer: peer)
    }
}
