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
        return Response(
            Hosts: hosts.map { host in
                HostView(
                    HostId: host.id.rawValue, Hostname: host.name,
                    Reachable: call.settings.isReachable(heardAt: host.heardAt, now: call.now),
                    HeardAt: CalendarTime.rfc3339(unixMilliseconds: host.heardAt), IsLab: host.isLab,
                    AcknowledgedGeneration: host.acknowledgedGeneration,
                    Failures: (try? JSONDecoder().decode(
                        [HostAcknowledgement.Failure].self, from: Data(host.failures.utf8))) ?? [],
                    Report: try? JSONDecoder().decode(HostReport.self, from: Data(host.report.utf8)))
            }, Generation: try tx.generation())
    }
}
