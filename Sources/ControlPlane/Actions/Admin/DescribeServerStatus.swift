import CloudAPI
import Model
import Store

/// What the server has and what has not come true.
struct DescribeServerStatus: ReadAction, WeirAction {
    typealias Request = NoParameters
    typealias Response = ServerStatus
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> ServerStatus {
        let hosts = try DescribeHosts().run(NoParameters(), call, tx)
        var unsettled: [ServerStatus.Item] = []
        func add<R: SettlingResource>(_ type: R.Type) throws {
            for item in try tx.list(ListQuery<R>().unsettled().page(.number(1, size: 100)), in: call.scope).items {
                unsettled.append(
                    .init(ResourceId: item.id.rawValue, Status: item.status.rawValue, Failure: item.failure))
            }
        }
        try add(NetworkInterface.self)
        try add(TrafficMirrorTarget.self)
        try add(TrafficMirrorFilter.self)
        try add(TrafficMirrorFilterRule.self)
        try add(TrafficMirrorSession.self)
        try add(FlowLog.self)
        try add(NetworkACL.self)
        let sessions = try tx.list(ListQuery<TrafficMirrorSession>().oldestFirst(), in: call.scope).items
        return ServerStatus(
            Region: call.scope.region, DataPlane: call.settings.dataPlane.rawValue, Generation: hosts.Generation,
            Targets: try tx.count(ListQuery<TrafficMirrorTarget>(), in: call.scope),
            Filters: try tx.count(ListQuery<TrafficMirrorFilter>(), in: call.scope),
            Sessions: sessions.count,
            FlowLogs: try tx.count(ListQuery<FlowLog>(), in: call.scope), Hosts: hosts.Hosts, Unsettled: unsettled,
            Warnings: hosts.Hosts.flatMap { host in
                call.services.ledgers.warnings(host: host.HostId).map { "host \(host.HostId): \($0)" }
            }
                + sessions.flatMap { session in
                    call.services.ledgers.warnings(session).map { "session \(session.id): \($0)" }
                })
    }
}

extension LedgerBook {
    /// What of a host's traffic is not accounted, or may not be for long.
    fileprivate func warnings(host: String) -> [String] {
        guard let ledger = page(host: host)?.ledger else { return [] }
        var warnings = ledger.devices.filter { !$0.isAttached }.map {
            "\($0.networkInterfaceID) is without programs on its device: not mirrored, and SKIPDATA in flow logs"
        }
        if let problem = ledger.vitals?.drainProblem { warnings.append("flow slices cannot be kept: \(problem)") }
        if let unseen = ledger.vitals?.unseenDrops, unseen > 0 {
            warnings.append("at most \(unseen) drops were not seen: freed while both programs for them were running")
        }
        return warnings
    }
}
