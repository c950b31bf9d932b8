import CDataPlane
import Model
import Packet

/// Writes the nftables script that makes a plan true, all of it or nothing: a table `inet weir` or `inet weir2`, anew.
///
/// There are two names because a table cannot be replaced without a gap: its new chain may see a packet before the
/// change and its old one after it, when neither has rules. So the new table stands beside the old one first.
///
/// A packet costs one look into the map of devices where it enters and one where it leaves, however many interfaces
/// there are, and then the rules of the two. Interfaces with the same groups and ACL share their chains, so a refusal
/// looks up the mark of the refusing interface by its device. The same plan makes the same text.
struct FirewallTable {
    static let names = ["weir", "weir2"]

    private let name: String
    private let plan: FirewallPlan
    private let groups: [String: FirewallState.Group]
    private let acls: [String: FirewallState.NetworkACL]
    /// Definitions of sets by name, chains in the order they were made.
    private var sets: [String: String] = [:]
    private var chains: [String] = []
    /// Body of a chain → its name.
    private var chainNames: [String: String] = [:]

    /// The whole script.
    static func script(_ plan: FirewallPlan, table name: String) -> String {
        var table = FirewallTable(plan, name)
        return removal(name) + table.definition()
    }

    /// Takes the table away, whether it is there or not.
    static func removal(_ name: String) -> String { "table inet \(name)\ndelete table inet \(name)\n" }

    private init(_ plan: FirewallPlan, _ name: String) {
        self.plan = plan
        self.name = name
        groups = Dictionary(plan.state.groups.map { ($0.groupID, $0) }, uniquingKeysWith: { first, _ in first })
        acls = Dictionary(plan.state.acls.map { ($0.aclID, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Where in the packet's way a chain is asked.
    enum Hook: String {
        /// By the device the packet came in through.
        case entering
        /// By the device it goes out through.
        case leaving

        var device: String { self == .entering ? "iifname" : "oifname" }
        var otherDevice: String { self == .entering ? "oifname" : "iifname" }
    }

    /// What the interface sees of a packet in that hook.
    private static func direction(_ hook: Hook, _ side: DeviceSide) -> FlowDirection {
        (hook == .entering) == (side == .port) ? .egress : .ingress
    }

    private mutating func definition() -> String {
        let interfaces = Dictionary(
            plan.state.interfaces.map { ($0.networkInterfaceID, $0) }, uniquingKeysWith: { first, _ in first })
        let devices = plan.devices.filter { FirewallPlan.isDeviceName($0.name) }.sorted { $0.name < $1.name }
        var subnets: [String: [String]] = [:]
        for device in devices {
            if let interface = interfaces[device.networkInterfaceID] {
                subnets[interface.subnetID, default: []].append(device.name)
            }
        }
        var jumps: [Hook: [String]] = [:]
        var marks: [Hook: [String]] = [:]
        for device in devices {
            guard let interface = interfaces[device.networkInterfaceID],
                !interface.groupIDs.isEmpty || interface.aclID != nil
            else { continue }
            for hook in [Hook.entering, .leaving] {
                let direction = Self.direction(hook, device.side)
                let chain = profile(interface, hook, direction, neighbours: subnets[interface.subnetID] ?? [])
                jumps[hook, default: []].append("\"\(device.name)\" : jump \(chain)")
                let mark = KernelDataPlane.refusalMark(
                    slot: device.slot ?? UInt32(WEIR_REFUSED_SLOT), direction: direction)
                marks[hook, default: []].append("\"\(device.name)\" : \(mark)")
            }
        }
        let all = devices.map { "\"\($0.name)\"" }
        if !all.isEmpty { sets["eni_devices"] = "type ifname; elements = { \(all.joined(separator: ", ")) };" }
        return text(jumps: jumps, marks: marks)
    }

    private func text(jumps: [Hook: [String]], marks: [Hook: [String]]) -> String {
        var lines: [String] = []
        for (name, body) in sets.sorted(by: { $0.key < $1.key }) { lines.append("set \(name) { \(body) }") }
        for hook in [Hook.entering, .leaving] {
            let elements = (marks[hook] ?? []).joined(separator: ", ")
            lines.append("map \(hook)_marks { type ifname : mark; elements = { \(elements) }; }")
            let mark = "meta mark set \(hook.device) map @\(hook)_marks"
            lines.append("chain refuse_\(hook) {\n\(mark) drop\ndrop\n}")
            let byACL = "meta mark set meta mark | \(KernelDataPlane.aclMark)"
            lines.append("chain refuse_\(hook)_by_acl {\n\(mark) \(byACL) drop\ndrop\n}")
        }
        lines += chains
        for hook in [Hook.entering, .leaving] {
            let elements = (jumps[hook] ?? []).joined(separator: ", ")
            lines.append("map \(hook)_chains { type ifname : verdict; elements = { \(elements) }; }")
        }
        let copies = tunnelRule
        for (name, services, hooks) in [
            ("forward", [], [Hook.entering, .leaving]), ("input", Self.linkServices(67, 68), [.entering]),
            ("output", Self.linkServices(67, 68), [.leaving]),
        ] as [(String, [String], [Hook])] {
            lines.append("chain \(name) {\ntype filter hook \(name) priority filter; policy accept;")
            lines += copies + services
            lines += hooks.map { "\($0.device) vmap @\($0)_chains" }
            lines.append("}")
        }
        return "table inet \(name) {\n\(lines.joined(separator: "\n"))\n}\n"
    }

    /// What a link needs to work is not looked at: neighbour discovery (RFC 4861: others than hop limit 255 is none),
    /// multicast listener reports (RFC 3810), DHCP between a client and the host.
    private static func linkServices(_ server: Int, _ client: Int) -> [String] {
        [
            "meta l4proto 58 ip6 hoplimit 255 icmpv6 type { 133, 134, 135, 136, 137 } accept",
            "meta l4proto 58 ip6 hoplimit 1 icmpv6 type { 130, 131, 132, 143 } accept",
            "meta l4proto 17 udp sport . udp dport { \(client) . \(server), \(server) . \(client), 546 . 547, 547 . 546 } "
                + "accept",
        ]
    }

    private var tunnelRule: [String] {
        let pairs = Set(plan.tunnels.map { "\($0.source) . \($0.destination)" }).sorted()
        guard !pairs.isEmpty else { return [] }
        return [
            "udp dport \(WEIR_VXLAN_PORT) ip saddr . ip daddr { \(pairs.joined(separator: ", ")) } accept"
        ]
    }

    // MARK: Chains

    /// The chain of all interfaces with this subnet, ACL and groups.
    private mutating func profile(
        _ interface: FirewallState.Interface, _ hook: Hook, _ direction: FlowDirection, neighbours: [String]
    ) -> String {
        let groups = interface.groupIDs.isEmpty ? nil : groupChain(interface.groupIDs, hook, direction)
        guard let aclID = interface.aclID else { return groups ?? chain("pass", ["return"]) }
        let rest = groups.map { "goto \($0)" } ?? "return"
        var body = [
            "\(hook.otherDevice) { \(neighbours.map { "\"\($0)\"" }.joined(separator: ", ")) } \(rest)"
        ]
        for (family, blocks) in FirewallMatch.byFamily(interface.subnetBlocks) {
            body.append(
                "\(hook.otherDevice) != @eni_devices "
                    + FirewallMatch.peer(family, blocks, direction) + " \(rest)")
        }
        body += ["jump \(aclChain(aclID, hook, direction))", rest]
        return chain("interface", body)
    }

    private mutating func aclChain(_ aclID: String, _ hook: Hook, _ direction: FlowDirection) -> String {
        let acl = acls[aclID]
        let entries = (direction == .ingress ? acl?.ingress : acl?.egress) ?? []
        let refuse = "goto refuse_\(hook)_by_acl"
        var body = entries.flatMap { entry in
            let peer = FirewallMatch.byFamily([entry.peer]).map { FirewallMatch.peer($0, $1, direction) }
            return peer.map {
                FirewallMatch.rule($0, entry.transport, entry.ports, entry.accept ? "return" : refuse, entry.entryID)
            }
        }
        body.append(refuse)
        return chain("acl", body)
    }

    private mutating func groupChain(_ ids: [String], _ hook: Hook, _ direction: FlowDirection) -> String {
        let refuse = "goto refuse_\(hook)"
        let (here, there) =
            direction == .egress
            ? (ConnectionMark.refusedAtSource, ConnectionMark.refusedAtDestination)
            : (ConnectionMark.refusedAtDestination, ConnectionMark.refusedAtSource)
        // Most packets leave by the first rule. Connections that a change of groups ended are refused at the end that
        // ended them, in both directions.
        var body = [
            "ct mark & \(ConnectionMark.mask) != \(ConnectionMark.refused) ct state established,related return",
            "ct mark \(here) ct direction original \(refuse)",
            "ct mark \(there) ct direction reply \(refuse)",
            "ct state established,related return",
        ]
        for profiled in FirewallProfile.rules(of: ids.compactMap { groups[$0] }, direction) {
            let rule = profiled.rule
            var peers = FirewallMatch.byFamily(rule.peers).map { FirewallMatch.peer($0, $1, direction) }
            if let id = rule.peerGroupID {
                for family in [IPAddress.Family.ipv4, .ipv6] {
                    if let set = memberSet(id, family) {
                        peers.append(FirewallMatch.peer(family, set: set, direction))
                    }
                }
            }
            body += peers.map {
                FirewallMatch.rule($0, rule.transport, rule.ports, rule.accept ? "return" : refuse, rule.ruleID)
            }
        }
        body.append(refuse)
        return chain("groups", body)
    }

    /// The set with a group's members of one family; `nil` when there is none.
    private mutating func memberSet(_ groupID: String, _ family: IPAddress.Family) -> String? {
        let members = Set((groups[groupID]?.members ?? []).filter { $0.family == family }.map(\.description))
        guard !members.isEmpty else { return nil }
        // Named by place, not by ID: an ID is text from outside.
        let place = plan.state.groups.firstIndex { $0.groupID == groupID } ?? 0
        let name = "members\(place)_\(family)"
        if sets[name] == nil {
            sets[name] =
                "type \(family)_addr; elements = { \(members.sorted().joined(separator: ", ")) };"
        }
        return name
    }

    private mutating func chain(_ kind: String, _ body: [String]) -> String {
        let text = body.joined(separator: "\n")
        if let name = chainNames[text] { return name }
        let name = "\(kind)\(chainNames.count)"
        chainNames[text] = name
        chains.append("chain \(name) {\n\(text)\n}")
        return name
    }
}
