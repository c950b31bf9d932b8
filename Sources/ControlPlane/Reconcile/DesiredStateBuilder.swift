public import Model
public import Store

/// Compiles intent into what one host must make true. Reads only; the same intent gives the same state.
public struct DesiredStateBuilder {
    let tx: any ReadTransaction
    let settings: Settings

    public init(_ tx: any ReadTransaction, settings: Settings) {
        self.tx = tx
        self.settings = settings
    }

    public func state(for host: Host) throws -> DesiredState {
        let scope = Scope(accountID: host.accountID, region: host.region)
        let instances = try tx.list(
            ListQuery<Instance>().filter("hostID", host.id.rawValue).oldestFirst(), in: scope
        ).items
        let interfaces = try tx.list(
            ListQuery<NetworkInterface>().filter("instanceID", anyOf: instances.map(\.id.rawValue)).oldestFirst(),
            in: scope
        ).items.filter { $0.status != .deleting && $0.status != .detaching }
        let adoptions = try tx.list(ListQuery<DeviceAdoption>().filter("hostID", host.id.rawValue), in: scope).items

        var lab: LabBuilder?
        if host.isLab {
            lab = try LabBuilder(tx, scope, settings, instances.filter(\.isLab), interfaces)
        }
        let adopted = Dictionary(adoptions.map { ($0.id.rawValue, $0) }, uniquingKeysWith: { a, _ in a })
        let logs = try tx.list(ListQuery<FlowLog>().oldestFirst(), in: scope).items.filter {
            $0.enabled && $0.status != .deleting && $0.businessStatus == .normal
        }
        var bindings: [DeviceBinding] = []
        for interface in interfaces {
            guard let place = lab?.place(of: interface) ?? adopted[interface.id.rawValue].map(Place.init) else {
                continue
            }
            bindings.append(binding(interface, place, logs))
        }
        let bound = Set(bindings.map(\.networkInterfaceID))
        var state = DesiredState(
            generation: UInt64(max(0, try tx.generation())), sliceSeconds: Self.sliceSeconds(settings),
            lab: lab?.state, bindings: bindings, sessions: try sessions(bound, scope))
        state.mirrorScope = settings.mirrorScope
        state.keepsFlowDetails = settings.keepsFlowDetails
        state.budget = try budget(host.id.rawValue, scope)
        state.firewall = try firewall(interfaces.filter { bound.contains($0.id.rawValue) }, scope)
        state.arrivingTunnels = try arrivingTunnels(bound, scope)
        return state
    }

    /// Where an ENI's device is.
    struct Place {
        var namespace: String?
        var device: String
        var side: DeviceSide

        init(namespace: String?, device: String, side: DeviceSide) {
            self.namespace = namespace
            self.device = device
            self.side = side
        }

        init(_ adoption: DeviceAdoption) {
            self.init(
                namespace: adoption.namespace.isEmpty ? nil : adoption.namespace, device: adoption.device,
                side: adoption.side)
        }
    }

    /// Windows must be sums of whole slices: the longest slice up to 5 s that divides the window.
    static func sliceSeconds(_ settings: Settings) -> Int {
        let window = settings.flowWindowSeconds > 0 ? settings.flowWindowSeconds : 60
        return (1...5).last { window % $0 == 0 } ?? 1
    }

    private func binding(_ interface: NetworkInterface, _ place: Place, _ logs: [FlowLog]) -> DeviceBinding {
        let watching = logs.filter { log in
            switch log.resourceType {
            case .vpc: log.resourceID == interface.vpcID.rawValue
            case .subnet: log.resourceID == interface.subnetID.rawValue
            case .eni: log.resourceID == interface.id.rawValue
            }
        }
        return DeviceBinding(
            networkInterfaceID: interface.id.rawValue, namespace: place.namespace, device: place.device,
            side: place.side, mac: interface.mac, primaryAddress: interface.primaryAddress,
            addresses: interface.allAddresses,
            flowLogs: watching.map { FlowLogIntent(flowLogID: $0.id.rawValue) })
    }

    func sessions(_ bound: Set<String>, _ scope: Scope) throws -> [MirrorIntent] {
        let query = ListQuery<TrafficMirrorSession>().filter("networkInterfaceID", anyOf: bound.sorted())
        return try tx.list(query.oldestFirst(), in: scope).items
            .filter { $0.status != .deleting && $0.businessStatus == .normal }
            .map { session in
                let rules = try tx.list(
                    ListQuery<TrafficMirrorFilterRule>().filter("filterID", session.filterID.rawValue), in: scope
                ).items.filter { $0.status != .deleting }.sorted { $0.priority < $1.priority }
                var intent = MirrorIntent(
                    sessionID: session.id.rawValue, networkInterfaceID: session.networkInterfaceID.rawValue,
                    priority: session.priority, vni: UInt32(clamping: session.virtualNetworkID),
                    packetLength: session.packetLength,
                    target: MirrorTargetIntent(
                        targetID: session.targetID.rawValue,
                        address: try targetAddress(session.targetID.rawValue, scope)),
                    ingressRules: rules.filter { $0.direction == .ingress }.compactMap(Self.compiled),
                    egressRules: rules.filter { $0.direction == .egress }.compactMap(Self.compiled))
                intent.budget = try budget(session.id.rawValue, scope)
                return intent
            }
    }

    /// The bound set on a session or a host.
    private func budget(_ id: String, _ scope: Scope) throws -> MirrorBudget? {
        try tx.find(MirrorBudgetSetting.self, id, in: scope)?.budget
    }

    func targetAddress(_ id: String, _ scope: Scope) throws -> IPv4Address? {
        guard let target = try tx.find(TrafficMirrorTarget.self, id, in: scope) else { return nil }
        switch target.instanceType {
        case .networkInterface:
            let interface = try tx.find(NetworkInterface.self, target.instanceID, in: scope)
            return interface.flatMap { $0.instanceID.isEmpty ? nil : $0.primaryAddress }
        case .loadBalancer:
            let balancer = try tx.find(LoadBalancer.self, target.instanceID, in: scope)
            return balancer.flatMap { $0.businessStatus == .normal ? $0.address : nil }
        }
    }

    static func compiled(_ rule: TrafficMirrorFilterRule) -> MirrorRule? {
        guard let source = PortRange(apiText: rule.sourcePorts),
            let destination = PortRange(apiText: rule.destinationPorts)
        else { return nil }
        return MirrorRule(
            ruleID: rule.id.rawValue, priority: rule.priority, accept: rule.policy == .accept,
            transport: rule.transport, source: rule.sourceCIDR, destination: rule.destinationCIDR,
            sourcePorts: source, destinationPorts: destination)
    }
}
