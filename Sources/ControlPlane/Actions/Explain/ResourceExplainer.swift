import FoundationEssentials
import Model
import Store

/// Puts explanations of resources together: the part that is the same for all kinds.
struct ResourceExplainer {
    let call: Call
    let tx: any ReadTransaction

    init(_ call: Call, _ tx: any ReadTransaction) {
        self.call = call
        self.tx = tx
    }

    /// Why the status is what it is, by the same plan as the reconciler's.
    func explanation(_ resource: some SettlingResource, _ kind: String) throws -> ResourceExplanation {
        let hosts = try tx.list(ListQuery<Host>().ids(resource.waitsFor), in: call.scope).items.map { host in
            let acknowledged = host.acknowledgedGeneration >= resource.generation
            return ResourceExplanation.HostWord(
                HostId: host.id.rawValue, Hostname: host.name, Reachable: isReachable(host),
                HeardAt: time(host.heardAt), AcknowledgedGeneration: host.acknowledgedGeneration,
                Generation: resource.generation, Acknowledged: acknowledged,
                Failure: acknowledged ? host.failure(of: resource.id.rawValue) ?? "" : "")
        }
        return ResourceExplanation(
            ResourceId: resource.id.rawValue, Kind: kind, Status: resource.status.rawValue,
            UpdatedAt: time(resource.updatedAt), Why: why(resource, hosts), Hosts: hosts, Traffic: [], Rules: [],
            Warnings: [])
    }

    private func why(_ resource: some SettlingResource, _ hosts: [ResourceExplanation.HostWord]) -> [String] {
        var why: [String] = []
        let awaited = hosts.filter { !$0.Acknowledged && $0.Reachable }
        let away = hosts.filter { !$0.Acknowledged && !$0.Reachable }
        switch resource.status {
        case .failed:
            why.append(resource.failure.isEmpty ? "a host could not make it true" : resource.failure)
            for host in hosts where !host.Failure.isEmpty {
                why.append("reported by host \(host.HostId) (\(host.Hostname)) for generation \(host.Generation)")
            }
            why.append("the host tries again every few seconds; the status goes on by itself when it comes true")
        case let status where status.isTransitional:
            for host in awaited {
                why.append(
                    "host \(host.HostId) (\(host.Hostname)) has made generation \(host.AcknowledgedGeneration) true and"
                        + " is asked for \(host.Generation) since \(time(resource.updatedAt)); it was heard"
                        + " \(host.HeardAt)")
            }
            if awaited.isEmpty {
                why.append("no reachable host is waited for: it goes on with the reconciler's next round")
            } else {
                why.append(
                    "it goes on when each has acknowledged, or was not heard for"
                        + " \(call.settings.hostLostSeconds) s")
            }
        default:
            let who = hosts.isEmpty ? "no host had to make it true" : "every host it waits for has made it true"
            why.append(away.isEmpty && awaited.isEmpty ? who : "it settled on what the reachable hosts made true")
        }
        for host in away {
            why.append(
                "host \(host.HostId) (\(host.Hostname)) is away since \(host.HeardAt) and not waited for: there"
                    + " generation \(host.AcknowledgedGeneration) holds")
        }
        return why
    }

    func isReachable(_ host: Host) -> Bool { call.settings.isReachable(heardAt: host.heardAt, now: call.now) }

    func time(_ milliseconds: Int64) -> String { CalendarTime.rfc3339(unixMilliseconds: milliseconds) }

    /// What the rules of a session's filter decided in it.
    func ruleHits(_ session: TrafficMirrorSession) throws -> [ResourceExplanation.RuleHits] {
        let ledgers = call.services.ledgers.ledgers(session: session.id.rawValue)
        let query = ListQuery<TrafficMirrorFilterRule>().filter("filterID", session.filterID.rawValue)
        return try tx.list(query, in: call.scope).items
            .sorted { ($0.direction.rawValue, $0.priority) < ($1.direction.rawValue, $1.priority) }
            .map { rule in
                let counts = ledgers.map { $0.ledger.ruleHits[rule.id.rawValue] ?? 0 }
                let began = ledgers.compactMap(\.ledger.countsSince).min()
                return ResourceExplanation.RuleHits(
                    TrafficMirrorFilterRuleId: rule.id.rawValue, TrafficMirrorSessionId: session.id.rawValue,
                    TrafficDirection: rule.direction.rawValue, Priority: rule.priority,
                    Text: "\(rule.policy.rawValue) \(DesiredStateBuilder.compiled(rule)?.words ?? "unreadable ports")",
                    Hits: counts.isEmpty ? nil : counts.reduce(0, &+),
                    Since: began.map { time(max($0, rule.createdAt)) })
            }
    }

    /// Which of the rules have decided nothing yet.
    func neverMatched(_ rules: [ResourceExplanation.RuleHits]) -> [String] {
        rules.filter { $0.Hits == 0 }.map {
            "rule \($0.TrafficMirrorFilterRuleId) (\($0.TrafficDirection), priority \($0.Priority)) has never matched"
                + ($0.Since.map { " since \($0)" } ?? "")
        }
    }
}

extension Host {
    /// What did not come true, by its last word.
    var failureList: [HostAcknowledgement.Failure] {
        (try? JSONDecoder().decode([HostAcknowledgement.Failure].self, from: Data(failures.utf8))) ?? []
    }

    /// Whether its adopted devices are held to security groups and ACLs.
    var enforcesSecurityGroups: Bool {
        (try? JSONDecoder().decode(HostReport.self, from: Data(report.utf8)))?.enforcesSecurityGroups ?? false
    }
}
