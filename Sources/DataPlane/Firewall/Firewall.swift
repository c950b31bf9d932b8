import Glibc
import Model

/// Security groups and network ACLs of one host in the kernel: a table per namespace, whole at every moment.
///
/// One dedicated thread uses it.
public final class Firewall {
    /// What is installed in one namespace.
    private struct Installed {
        var plan: FirewallPlan
        /// Name of the table that holds.
        var table: String
        /// Of the namespace, so that one made anew under an old name is told apart.
        var inode: UInt64
        var generation: UInt32?
        var shape: NetfilterSocket.TableShape?
        /// Connections are looked through once more: one may have been under way through the old rules.
        var sweepIsDue = true
    }

    private var installed: [NetworkNamespace: Installed] = [:]

    public init() {}

    /// Makes the plan true in the namespace, or takes the table away when it guards nothing. Nothing happens when it is
    /// there already and nobody touched it. When it throws, what held before still holds.
    ///
    /// Once the table stands, connections that it allows no longer are refused; the others go on undisturbed. A sweep
    /// that fails throws as well and is tried again by the next call.
    public func apply(_ plan: FirewallPlan, in namespace: NetworkNamespace) throws {
        guard plan.isGuarding else { return try remove(from: namespace) }
        let inode = try namespace.inode()
        let netfilter = try NetfilterSocket(in: namespace)
        let known = installed[namespace].flatMap { $0.inode == inode ? $0 : nil }
        if let known, known.plan == plan, try isUntouched(known, netfilter) { return try sweepIfDue(namespace) }
        let present = try tables(netfilter)
        let table = FirewallTable.names.first { !present.contains($0) } ?? FirewallTable.names[1]
        var fresh = Installed(plan: plan, table: table, inode: inode)
        // Only the rules decide about connections, not the slots they are charged to.
        let isSame = known.map { Self.rules($0.plan) == Self.rules(plan) } ?? false
        fresh.sweepIsDue = !isSame || (known?.sweepIsDue ?? true)
        let before = try netfilter.generation()
        try NFTCommand.run(FirewallTable.script(plan, table: table), in: namespace)
        // For a moment a packet must please both tables; it is never without one.
        installed[namespace] = fresh
        let old = present.filter { $0 != table }
        for name in old { try NFTCommand.run(FirewallTable.removal(name), in: namespace) }
        let after = try netfilter.generation()
        // Somebody else's change in between would hide behind ours.
        if let before, after == before &+ 1 &+ UInt32(clamping: old.count) { fresh.generation = after }
        fresh.shape = try netfilter.shape(ofTable: table)
        installed[namespace] = fresh
        if isSame { return }
        // Packets that conntrack finds odd are judged like first ones; being strict would make more of them.
        try? namespace.writeSysctl("net/netfilter/nf_conntrack_tcp_be_liberal", "1")
        try ConnectionSweep(plan).run(in: namespace)
    }

    private func tables(_ netfilter: NetfilterSocket) throws -> [String] {
        try FirewallTable.names.filter { try netfilter.shape(ofTable: $0) != nil }
    }

    /// Takes the table away and forgives the connections it refused. Nothing happens when there is none.
    public func remove(from namespace: NetworkNamespace) throws {
        guard namespace.name == nil || namespace.exists else {
            installed[namespace] = nil
            return
        }
        let netfilter = try NetfilterSocket(in: namespace)
        let present = try tables(netfilter)
        if !present.isEmpty {
            try NFTCommand.run(present.map(FirewallTable.removal).joined(), in: namespace)
            try ConnectionSweep(FirewallPlan(devices: [], state: FirewallState())).run(in: namespace)
        }
        installed[namespace] = nil
    }

    /// Looks whether somebody changed or flushed a table of ours, and finishes what is due. Cheap when nobody did;
    /// call it each second. Returns the namespaces whose table must be applied again.
    public func check() -> [NetworkNamespace] {
        installed.keys.filter { namespace in
            guard let known = installed[namespace] else { return false }
            do {
                guard try namespace.inode() == known.inode else { return true }
                try sweepIfDue(namespace)
                return try !isUntouched(known, NetfilterSocket(in: namespace))
            } catch {
                return true
            }
        }
    }

    /// Namespaces with a table of ours.
    public var namespaces: [NetworkNamespace] { Array(installed.keys) }

    private func sweepIfDue(_ namespace: NetworkNamespace) throws {
        guard let known = installed[namespace], known.sweepIsDue else { return }
        try ConnectionSweep(known.plan).run(in: namespace)
        installed[namespace]?.sweepIsDue = false
    }

    private func isUntouched(_ known: Installed, _ netfilter: NetfilterSocket) throws -> Bool {
        let generation = try netfilter.generation()
        if let generation, generation == known.generation { return true }
        guard let shape = known.shape, try netfilter.shape(ofTable: known.table) == shape else { return false }
        // Somebody's tables, not ours.
        for (namespace, entry) in installed where entry.inode == known.inode {
            installed[namespace]?.generation = generation
        }
        return true
    }

    private static func rules(_ plan: FirewallPlan) -> FirewallPlan {
        var plan = plan
        for index in plan.devices.indices { plan.devices[index].slot = nil }
        return plan
    }
}
