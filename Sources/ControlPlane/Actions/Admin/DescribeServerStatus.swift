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
            let query = ListQuery<R>().filter(
                "status", anyOf: Status.allCases.filter { $0.isTransitional || $0 == .failed }.map(\.rawValue))
            for item in try tx.list(query.page(.number(1, size: 100)), in: call.scope).items {
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
            Warnings: sessions.flatMap { session in
                call.services.ledgers.warnings(session).map { "session \(session.id): \($0)" }
            })
    }
}
