import Model
import Store

/// What the host of one ENI is told of its mirroring; without a host, what one would be told.
struct InterfaceMirroring {
    var interface: NetworkInterface
    /// The host that is told; `nil` when none holds the ENI's device.
    var host: Host?
    var state: DesiredState?
    /// The ENI's own sessions, in ascending priority.
    var sessions: [MirrorIntent]
    /// All copies of the host, by their outer addresses.
    var tunnels: [MirrorTunnel]

    init(_ interface: NetworkInterface, _ tx: any ReadTransaction, _ settings: Settings) throws {
        self.interface = interface
        let scope = Scope(accountID: interface.accountID, region: interface.region)
        let builder = DesiredStateBuilder(tx, settings: settings)
        let instance = try tx.find(Instance.self, interface.instanceID, in: scope)
        if let found = try instance.flatMap({ try tx.find(Host.self, $0.hostID, in: scope) }) {
            let told = try builder.state(for: found)
            if told.bindings.contains(where: { $0.networkInterfaceID == interface.id.rawValue }) {
                host = found
                state = told
            }
        }
        let all = try state?.sessions ?? builder.sessions([interface.id.rawValue], scope)
        sessions = all.filter { $0.networkInterfaceID == interface.id.rawValue }
            .sorted { $0.priority < $1.priority }
        let sources = Dictionary(
            (state?.bindings ?? []).map { ($0.networkInterfaceID, $0.primaryAddress) },
            uniquingKeysWith: { first, _ in first })
        tunnels =
            all.compactMap { session in
                guard let target = session.target.address,
                    let source = sources[session.networkInterfaceID].flatMap({ $0 })
                        ?? (session.networkInterfaceID == interface.id.rawValue ? interface.primaryAddress : nil)
                else { return nil }
                return MirrorTunnel(source: source, destination: target, vni: session.vni)
            } + (state?.arrivingTunnels ?? [])
    }
}
