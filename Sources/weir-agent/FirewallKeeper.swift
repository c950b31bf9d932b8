import DataPlane
import Glibc
import Model

/// Makes the security groups and ACLs of a desired state true: always in the lab, on adopted devices when asked to.
///
/// Remembers on disk, before touching anything, in which namespaces outside the lab it may have left a table, so that
/// none stays behind.
final class FirewallKeeper {
    /// File with those namespaces, one a line; an empty line is the agent's own.
    private let path: String
    private let enforcesAdopted: Bool
    private let firewall = Firewall()

    private static let largestFile = 1 << 20

    init(path: String, enforcesAdopted: Bool) {
        self.path = path
        self.enforcesAdopted = enforcesAdopted
    }

    /// Makes all tables true that can be, and removes those that nothing wants. `slot` is the data plane's for an ENI.
    func apply(_ state: DesiredState, slot: (String) -> UInt32?) -> [HostAcknowledgement.Failure] {
        let routers = Set(state.lab?.vpcs.map(\.namespace) ?? [])
        let bindings = Dictionary(grouping: state.bindings) { $0.namespace ?? "" }.filter {
            routers.contains($0.key) || enforcesAdopted
        }
        let plans = bindings.mapValues { plan(state, $0, slot) }
        let adopted = plans.filter { !routers.contains($0.key) && $0.value.isGuarding }.map(\.key)
        var failures = Self.misnamed(state, plans)
        do {
            try remember(Set(adopted).union(remembered))
        } catch {
            return failures + adopted.flatMap { Self.failures(plans[$0], "\(error)") }
        }
        for (name, plan) in plans.sorted(by: { $0.key < $1.key }) {
            let namespace = NetworkNamespace(name: name.isEmpty ? nil : name)
            // A router that is not there yet guards nothing, and the lab says why.
            if routers.contains(name), !namespace.exists { continue }
            do { try firewall.apply(plan, in: namespace) } catch {
                failures += Self.failures(plan, "\(error)")
            }
        }
        removeUnwanted(plans.keys, adopted)
        return failures
    }

    /// Whether somebody changed or flushed a table of ours: `apply` mends it.
    func isDamaged() -> Bool { !firewall.check().isEmpty }

    /// Removes every table outside the lab; those in the lab go with it. Throws the first problem after trying all.
    func remove() throws {
        var first: (any Error)?
        for name in remembered {
            do { try firewall.remove(from: NetworkNamespace(name: name.isEmpty ? nil : name)) } catch {
                first = first ?? error
            }
        }
        if let first { throw first }
        unlink(path)
    }

    private func plan(_ state: DesiredState, _ bindings: [DeviceBinding], _ slot: (String) -> UInt32?) -> FirewallPlan {
        let sources = Dictionary(
            state.bindings.map { ($0.networkInterfaceID, $0.primaryAddress) }, uniquingKeysWith: { first, _ in first })
        // Copies skip the rules on their way out; where they arrive as packets among others they must not be refused.
        let leaving = state.sessions.compactMap { session -> MirrorTunnel? in
            guard let target = session.target.address, let source = sources[session.networkInterfaceID] ?? nil else {
                return nil
            }
            return MirrorTunnel(source: source, destination: target, vni: session.vni)
        }
        return FirewallPlan(
            devices: bindings.map {
                .init(
                    networkInterfaceID: $0.networkInterfaceID, name: $0.device, side: $0.side,
                    slot: slot($0.networkInterfaceID))
            }, state: state.firewall, tunnels: state.arrivingTunnels + leaving)
    }

    private func removeUnwanted(_ planned: some Collection<String>, _ adopted: [String]) {
        let wanted = Set(planned)
        for namespace in firewall.namespaces where !wanted.contains(namespace.name ?? "") {
            try? firewall.remove(from: namespace)
        }
        var left = Set(adopted)
        for name in remembered where !left.contains(name) {
            do { try firewall.remove(from: NetworkNamespace(name: name.isEmpty ? nil : name)) } catch {
                // Tried again by the next round.
                left.insert(name)
            }
        }
        try? remember(left)
    }

    private var remembered: Set<String> {
        guard let bytes = try? DurableFile.read(path, limit: Self.largestFile), !bytes.isEmpty else { return [] }
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        lines.removeLast()
        return Set(lines.map(String.init))
    }

    private func remember(_ names: Set<String>) throws {
        guard names != remembered else { return }
        if names.isEmpty {
            unlink(path)
            return
        }
        try DurableFile.write(Array(names.sorted().map { "\($0)\n" }.joined().utf8), to: path)
    }

    /// All interfaces of a plan that have groups or an ACL.
    private static func failures(_ plan: FirewallPlan?, _ reason: String) -> [HostAcknowledgement.Failure] {
        guard let plan else { return [] }
        let guarded = guardedIDs(plan.state)
        return plan.devices.filter { guarded.contains($0.networkInterfaceID) }.map {
            .init(resourceID: $0.networkInterfaceID, reason: "security groups: \(reason)")
        }
    }

    private static func misnamed(_ state: DesiredState, _ plans: [String: FirewallPlan])
        -> [HostAcknowledgement.Failure]
    {
        let guarded = guardedIDs(state.firewall)
        return plans.values.flatMap(\.devices).filter {
            guarded.contains($0.networkInterfaceID) && !FirewallPlan.isDeviceName($0.name)
        }.map {
            .init(
                resourceID: $0.networkInterfaceID,
                reason: "security groups: nftables cannot hold the device name \"\($0.name)\"; rename the device")
        }
    }

    private static func guardedIDs(_ state: FirewallState) -> Set<String> {
        Set(state.interfaces.filter { !$0.groupIDs.isEmpty || $0.aclID != nil }.map(\.networkInterfaceID))
    }
}
