import CloudAPI
import FoundationEssentials
import Model
import Store

/// Lists the hosts with their devices and how far they are.
struct DescribeHosts: ReadAction, WeirAction {
    typealias Request = NoParameters
    typealias Response = HostList
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> Response {
        let hosts = try tx.list(ListQuery<Host>().oldestFirst(), in: call.scope).items
        return Response(Hosts: try hosts.map { try view($0, call, tx) }, Generation: try tx.generation())
    }

    private func view(_ host: Host, _ call: Call, _ tx: any ReadTransaction) throws -> HostView {
        let report = try? JSONDecoder().decode(HostReport.self, from: Data(host.report.utf8))
        let enforcement = SecurityGroupEnforcement(host, report)
        return HostView(
            HostId: host.id.rawValue, Hostname: host.name,
            Reachable: call.settings.isReachable(heardAt: host.heardAt, now: call.now),
            HeardAt: CalendarTime.rfc3339(unixMilliseconds: host.heardAt), IsLab: host.isLab,
            AcknowledgedGeneration: host.acknowledgedGeneration,
            Failures: (try? JSONDecoder().decode(
                [HostAcknowledgement.Failure].self, from: Data(host.failures.utf8))) ?? [],
            Report: report, SecurityGroups: enforcement, Interfaces: try call.interfaces(of: host, enforcement, tx),
            Budget: try tx.find(MirrorBudgetSetting.self, host.id.rawValue, in: call.scope)?.budget)
    }
}
