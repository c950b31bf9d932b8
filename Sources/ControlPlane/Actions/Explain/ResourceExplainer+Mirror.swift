import Model
import Store

/// Sessions, targets, filters and their rules.
extension ResourceExplainer {
    func explain(_ session: TrafficMirrorSession) throws -> ResourceExplanation {
        var answer = try explanation(session, "traffic mirror session")
        answer.Traffic = try traffic(session)
        answer.Rules = try ruleHits(session)
        answer.Warnings = call.services.ledgers.warnings(session)
        if answer.Rules.isEmpty { answer.Traffic.append("its filter \(session.filterID) has no rule: nothing matches") }
        answer.Warnings += neverMatched(answer.Rules)
        return answer
    }

    /// What becomes of a session's packets, worst first.
    private func traffic(_ session: TrafficMirrorSession) throws -> [String] {
        if session.businessStatus != .normal {
            return ["it is frozen (\(session.businessStatus.rawValue)): nothing is mirrored until it is freed"]
        }
        if session.status == .deleting { return ["it is being deleted: nothing new is mirrored"] }
        let id = session.networkInterfaceID.rawValue
        guard let source = try tx.find(NetworkInterface.self, id, in: call.scope) else {
            return ["its source \(id) is gone"]
        }
        if source.instanceID.isEmpty {
            return ["its source \(id) is detached: no traffic crosses it, and the session waits for it to come back"]
        }
        var lines: [String] = []
        let builder = DesiredStateBuilder(tx, settings: call.settings)
        if try builder.targetAddress(session.targetID.rawValue, call.scope) == nil {
            lines.append(
                "what backs target \(session.targetID) is detached or frozen: every matched packet is counted"
                    + " target_down")
        }
        let entries = call.services.ledgers.ledgers(session: session.id.rawValue)
        guard !entries.isEmpty else {
            let hosts = try tx.hosts(holding: [source])
            return lines + [
                hosts.isEmpty
                    ? "no host holds \(id): nothing is mirrored"
                    : "host \(hosts.joined(separator: ", ")) has told nothing of it yet"
            ]
        }
        for (host, at, ledger) in entries {
            lines.append(
                "host \(host), \(time(at)): \(ledger.matchedPackets) packets matched, \(ledger.mirroredPackets)"
                    + " mirrored, \(ledger.droppedPackets) dropped\(ledger.droppedWords), \(ledger.inFlightPackets)"
                    + " in flight")
            lines.append("host \(host): \(ledger.path?.words ?? "the session is not installed there now")")
            if ledger.targetRefusedPackets > 0 {
                lines.append(
                    "the target's host refused \(ledger.targetRefusedPackets) copies by ICMP: nobody listens on UDP"
                        + " 4789, or a firewall rejects them")
            }
        }
        return lines
    }

    func explain(_ target: TrafficMirrorTarget) throws -> ResourceExplanation {
        var answer = try explanation(target, "traffic mirror target")
        let address = try DesiredStateBuilder(tx, settings: call.settings).targetAddress(
            target.id.rawValue, call.scope)
        answer.Traffic.append(
            address.map { "copies go to \($0), UDP 4789 (\(target.instanceType.rawValue) \(target.instanceID))" }
                ?? "\(target.instanceType.rawValue) \(target.instanceID) is detached, frozen or gone: copies are counted"
                + " target_down")
        answer.Traffic += try sessions("targetID", target.id.rawValue).map { session in
            let paths = call.services.ledgers.ledgers(session: session.id.rawValue).compactMap(\.ledger.path?.words)
            return "session \(session.id) (\(session.status.rawValue)): "
                + (paths.isEmpty ? "no host has told of its path" : paths.joined(separator: "; "))
        }
        return answer
    }

    func explain(_ filter: TrafficMirrorFilter) throws -> ResourceExplanation {
        var answer = try explanation(filter, "traffic mirror filter")
        let sessions = try sessions("filterID", filter.id.rawValue)
        if sessions.isEmpty { answer.Traffic.append("no session uses it") }
        for session in sessions {
            answer.Traffic.append("session \(session.id) (\(session.status.rawValue)) uses it")
            answer.Rules += try ruleHits(session)
        }
        answer.Warnings = neverMatched(answer.Rules)
        return answer
    }

    func explain(_ rule: TrafficMirrorFilterRule) throws -> ResourceExplanation {
        var answer = try explanation(rule, "traffic mirror filter rule")
        let sessions = try sessions("filterID", rule.filterID.rawValue)
        if sessions.isEmpty { answer.Traffic.append("no session uses its filter \(rule.filterID)") }
        for session in sessions {
            answer.Traffic.append("session \(session.id) (\(session.status.rawValue)) uses its filter")
            answer.Rules += try ruleHits(session).filter { $0.TrafficMirrorFilterRuleId == rule.id.rawValue }
        }
        answer.Warnings = neverMatched(answer.Rules)
        return answer
    }

    func sessions(_ column: String, _ value: String) throws -> [TrafficMirrorSession] {
        try tx.list(ListQuery<TrafficMirrorSession>().filter(column, value), in: call.scope).items
            .sorted { $0.priority < $1.priority }
    }
}

extension SessionLedger {
    /// As in `: target_down 3`; empty when nothing was dropped.
    fileprivate var droppedWords: String {
        dropped.isEmpty
            ? ""
            : " (" + dropped.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ") + ")"
    }
}

extension SessionPath {
    var words: String {
        if let obstacle = state.obstacle(self) { return "no copy leaves: \(obstacle)" }
        let place = namespace.map { "\($0)/" } ?? ""
        return "copies leave \(place)\(sourceDevice) (MTU \(sourceMTU)) through \(underlay ?? "?") to"
            + " \(nextHop.map(\.description) ?? "?"), path MTU \(mtu)"
    }
}
