import Glibc
public import Model

/// The routed lab of one host: makes the kernel look like a `LabState`, and touches nothing that the lab did not make.
///
/// Each round reads what is there, so it may be stopped anywhere and run again. Use it from one thread.
public struct Lab {
    public init() {}

    /// Makes, changes and removes namespaces, ports, addresses and routes until they are as `state` says. Returns
    /// what did not come true; everything else has.
    ///
    /// `guardPorts` runs when the routers are there and before any port is: the moment to put up a firewall. A port of
    /// an ENI that it returns, with the reason, is not made, because it would pass traffic unguarded; one that is
    /// there stays.
    public func apply(_ state: LabState, guardPorts: () -> [String: String] = { [:] }) -> [HostAcknowledgement.Failure]
    {
        if let problem = LabRules.problem(state) {
            let all = state.vpcs.map(\.vpcID) + state.instances.map(\.instanceID)
            return all.map { HostAcknowledgement.Failure(resourceID: $0, reason: problem) }
        }
        var round = LabRound(state)
        round.removeUnwanted()
        for router in state.vpcs { round.make(router) }
        round.unguarded = guardPorts()
        for instance in state.instances { round.make(instance) }
        return round.failures
    }

    /// Whether a lab can have that name: 1...6 of `[a-z0-9]`.
    public static func isName(_ name: String) -> Bool { LabRules.isName(name) }

    /// Removes every namespace and device of the lab. Nothing happens when there is none. Throws the first
    /// `NetlinkError` after trying all.
    public static func remove(name: String) throws(NetlinkError) {
        guard LabRules.isName(name) else { throw NetlinkError(attempt: "remove a lab named \(name)", code: EINVAL) }
        var first: NetlinkError?
        for namespace in LabNamespace.existing(lab: name) {
            do {
                try LabNamespace.remove(namespace)
            } catch {
                first = first ?? error
            }
        }
        do {
            try LabNamespace.removeLeftovers(lab: name)
        } catch {
            first = first ?? error
        }
        NamespaceDirectory.removeIfEmpty()
        if let first { throw first }
    }
}
