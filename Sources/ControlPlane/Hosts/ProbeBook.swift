import Model
import Synchronization

/// Probes under way, in memory: orders that wait for their hosts, and what hosts have found. A server that stops
/// forgets them; whoever asked asks again.
public final class ProbeBook: Sendable {
    /// More at once are refused.
    static let mostAtOnce = 16

    private struct Probe {
        var sessionID: String
        /// Orders not fetched yet, by host.
        var orders: [(host: String, order: ProbeOrder)] = []
        /// The hosts that may report.
        var hosts: Set<String> = []
        var reports: [ProbeReport] = []
    }

    private let probes = Mutex<[String: Probe]>([:])

    public init() {}

    /// Begins a probe; `false` while one of the session is under way or too many are.
    func begin(_ probeID: String, session: String) -> Bool {
        probes.withLock { probes in
            guard probes.count < Self.mostAtOnce, !probes.values.contains(where: { $0.sessionID == session }) else {
                return false
            }
            probes[probeID] = Probe(sessionID: session)
            return true
        }
    }

    func end(_ probeID: String) { probes.withLock { $0[probeID] = nil } }

    func post(_ order: ProbeOrder, to host: String) {
        probes.withLock {
            $0[order.probeID]?.orders.append((host, order))
            $0[order.probeID]?.hosts.insert(host)
        }
    }

    /// What a host is to do; each order is handed out once.
    func take(host: String) -> [ProbeOrder] {
        probes.withLock { probes in
            var taken: [ProbeOrder] = []
            for id in probes.keys.sorted() {
                taken += probes[id]?.orders.filter { $0.host == host }.map(\.order) ?? []
                probes[id]?.orders.removeAll { $0.host == host }
            }
            return taken
        }
    }

    /// Takes a report of a host that has an order of the probe; others, and more than a few, are left aside.
    func put(_ report: ProbeReport, host: String) {
        probes.withLock { probes in
            guard let probe = probes[report.probeID], probe.hosts.contains(host), probe.reports.count < 8 else {
                return
            }
            probes[report.probeID]?.reports.append(report)
        }
    }

    func report(_ probeID: String, _ part: ProbeOrder.Part, _ state: ProbeReport.State) -> ProbeReport? {
        probes.withLock { $0[probeID]?.reports.first { $0.part == part && $0.state == state } }
    }
}
