import CloudAPI
import Model
import Packet
import Store

/// Puts the explanation of one packet together.
struct PacketExplainer {
    let interface: NetworkInterface
    let request: ExplainPacket.Request
    let tuple: FiveTuple
    let call: Call
    let tx: any ReadTransaction
    let mirroring: InterfaceMirroring
    let direction: FlowDirection

    init(
        _ interface: NetworkInterface, _ request: ExplainPacket.Request, _ tuple: FiveTuple, _ call: Call,
        _ tx: any ReadTransaction
    ) throws {
        self.interface = interface
        self.request = request
        self.tuple = tuple
        self.call = call
        self.tx = tx
        mirroring = try InterfaceMirroring(interface, tx, call.settings)
        direction = request.direction == .ingress ? .ingress : .egress
    }

    func explanation() throws -> PacketExplanation {
        let exclusion = MirrorExclusion.of(
            tuple, carriesPorts: request.hasPorts, scope: call.settings.mirrorScope, tunnels: mirroring.tunnels)
        let traces =
            exclusion == nil
            ? RuleMatcher.trace(
                mirroring.sessions, tuple, direction: direction, carriesPorts: request.hasPorts) : []
        let peer = try peer()
        let firewall = try firewall(peer)
        let isRefused = firewall.map { refusesBeforeMirroring($0) } ?? false
        let winner = traces.last.flatMap { trace in
            trace.isAccepted && !isRefused ? mirroring.sessions.first { $0.sessionID == trace.sessionID } : nil
        }
        let copy = try winner.flatMap { session in
            try traces.last?.decisive.map { rule in try self.copy(session, rule) }
        }
        var answer = PacketExplanation(
            NetworkInterfaceId: interface.id.rawValue, HostId: mirroring.host?.id.rawValue,
            Direction: request.direction.rawValue,
            Packet: tuple.description + (request.isFragment ? " (later fragment)" : ""), Mirrored: copy != nil,
            Verdict: "", Excluded: exclusion?.rawValue, Sessions: try sessions(traces, exclusion), Copy: copy,
            Firewall: firewall, Peer: peer.map { .init($0) }, Notes: notes())
        answer.Verdict =
            isRefused ? "not mirrored: it is refused before it reaches the ENI" : verdict(answer, exclusion)
        return answer
    }

    private func verdict(_ answer: PacketExplanation, _ exclusion: MirrorExclusion?) -> String {
        if let exclusion { return "not mirrored: \(exclusion.words)" }
        if let copy = answer.Copy {
            let why = "session \(copy.TrafficMirrorSessionId), rule \(copy.TrafficMirrorFilterRuleId)"
            return copy.Leaves ? "mirrored by \(why)" : "accepted by \(why), but no copy leaves: \(copy.Reason)"
        }
        if answer.Sessions.isEmpty { return "not mirrored: no session has this network interface as its source" }
        return answer.Sessions.contains { $0.Outcome == .rejected }
            ? "not mirrored: no session accepts it, and a rule rejects it" : "not mirrored: no rule matches it"
    }

    private func sessions(
        _ traces: [SessionTrace], _ exclusion: MirrorExclusion?
    ) throws -> [PacketExplanation.Session] {
        let rows = try tx.list(
            ListQuery<TrafficMirrorSession>().filter("networkInterfaceID", interface.id.rawValue), in: call.scope
        ).items.sorted { $0.priority < $1.priority }
        return rows.map { row in
            let trace = traces.first { $0.sessionID == row.id.rawValue }
            let told = mirroring.sessions.first { $0.sessionID == row.id.rawValue }
            let (outcome, reason) = outcome(row, trace, told, exclusion)
            return PacketExplanation.Session(
                TrafficMirrorSessionId: row.id.rawValue, TrafficMirrorSessionName: row.name, Priority: row.priority,
                Outcome: outcome, Reason: reason,
                Rules: (trace?.rules ?? []).map { rule, mismatch in
                    PacketExplanation.Rule(
                        TrafficMirrorFilterRuleId: rule.ruleID, Priority: rule.priority,
                        Policy: rule.accept ? "accept" : "reject", Text: rule.words, Matches: mismatch == nil,
                        Reason: mismatch.map { rule.words($0, tuple) } ?? "")
                })
        }
    }

    private func outcome(
        _ row: TrafficMirrorSession, _ trace: SessionTrace?, _ told: MirrorIntent?, _ exclusion: MirrorExclusion?
    ) -> (PacketExplanation.Session.Outcome, String) {
        guard let told else {
            if row.status == .deleting { return (.notInForce, "it is being deleted") }
            if row.businessStatus != .normal { return (.notInForce, "it is frozen (\(row.businessStatus.rawValue))") }
            return (.notInForce, "the host is not told of it")
        }
        guard let trace else {
            return (.notAsked, exclusion == nil ? "an earlier session has the packet" : "the packet is no candidate")
        }
        if let rule = trace.decisive {
            return rule.accept
                ? (.accepted, "rule \(rule.ruleID) accepts it")
                : (.rejected, "rule \(rule.ruleID) rejects it: the next session is asked")
        }
        let rules = told.rules(direction)
        guard rules.isEmpty else { return (.noMatch, "none of its \(rules.count) \(request.direction) rules matches") }
        return (.noMatch, "its filter \(row.filterID) has no \(request.direction) rule")
    }

    private func copy(_ session: MirrorIntent, _ rule: MirrorRule) throws -> PacketExplanation.Copy {
        let entries = call.services.ledgers.ledgers(session: session.sessionID)
        let path = entries.first { $0.host == mirroring.host?.id.rawValue }?.ledger.path
        let target = try tx.find(TrafficMirrorTarget.self, session.target.targetID, in: call.scope)
        let hash = FiveTupleHash.hash(
            source: tuple.source, sourcePort: tuple.sourcePort, destination: tuple.destination,
            destinationPort: tuple.destinationPort, transport: tuple.transport)
        let fit = MirrorFit(packetLength: session.packetLength, path: path)
        let frame = 14 + request.length
        let (bytes, cut) = fit.copy(ofFrame: frame)
        let obstacle = try obstacle(session, path)
        let budgets = [("session", session.budget), ("host", mirroring.state?.budget)].compactMap { name, budget in
            budget.map { "\(name): \($0.words)" }
        }
        return PacketExplanation.Copy(
            TrafficMirrorSessionId: session.sessionID, TrafficMirrorFilterRuleId: rule.ruleID,
            TrafficMirrorTargetId: session.target.targetID,
            Target: target.map { "\($0.instanceType.rawValue) \($0.instanceID)" } ?? "",
            OuterSource: interface.primaryAddress.description,
            OuterDestination: session.target.address?.description,
            OuterSourcePort: Int(FiveTupleHash.sourcePort(hash)), OuterDestinationPort: Int(VXLANHeader.port),
            VirtualNetworkId: Int(session.vni), FrameBytes: frame, CopiedBytes: bytes,
            WireBytes: bytes + MirrorFit.envelopeBytes, Cut: cut.rawValue, PacketLength: session.packetLength,
            PathMTU: fit.pathMTU, PathState: path?.state.rawValue, Underlay: path?.underlay,
            NextHop: path?.nextHop?.description, Budgets: budgets, Leaves: obstacle == nil,
            Reason: obstacle ?? "the way to the target is open")
    }

    /// Why copies of a session do not leave now; `nil` when they do.
    private func obstacle(_ session: MirrorIntent, _ path: SessionPath?) throws -> String? {
        guard let host = mirroring.host else {
            return "no host holds the device of \(interface.id), so nothing is copied"
        }
        if let failure = host.failure(of: session.sessionID) ?? host.failure(of: interface.id.rawValue) {
            return "host \(host.id) could not make it true: \(failure)"
        }
        if session.target.address == nil {
            return "the target has no address: what backs \(session.target.targetID) is detached or frozen"
        }
        guard let path else { return "host \(host.id) has not installed the session yet" }
        return path.state.obstacle(path)
    }

    private func notes() -> [String] {
        var notes: [String] = []
        let own = direction == .egress ? tuple.source : tuple.destination
        if !interface.allAddresses.contains(own) {
            notes.append("\(own) is not an address of \(interface.id): rules compare it all the same")
        }
        if let host = mirroring.host {
            let away = !call.settings.isReachable(heardAt: host.heardAt, now: call.now)
            let generation = mirroring.state.map { Int64(clamping: $0.generation) } ?? 0
            if host.acknowledgedGeneration < generation {
                notes.append(
                    "host \(host.id) has made generation \(host.acknowledgedGeneration) true of \(generation)"
                        + "\(away ? " and is away" : ""): it may still go by older rules")
            }
        } else {
            notes.append("no host holds \(interface.id): this is what one would do")
        }
        if call.settings.mirrorScope == .everything {
            notes.append("mirror-scope is everything: DHCP and link-local services are mirrored too")
        }
        if request.isFragment {
            notes.append("a later fragment has no ports, and its outer source port is hashed without them")
        }
        return notes
    }
}

extension Host {
    /// Why something did not come true on this host, by its last word.
    func failure(of resourceID: String) -> String? {
        failureList.first { $0.resourceID == resourceID }?.reason
    }
}

extension SessionPath.State {
    /// Why no copy leaves; `nil` for `ready`.
    func obstacle(_ path: SessionPath) -> String? {
        let place = path.namespace.map { "namespace \($0)" } ?? "the host"
        switch self {
        case .ready: return nil
        case .noRoute: return "\(place) has no route to the target"
        case .targetDown: return "the target is down: device \(path.underlay ?? "towards it") has no link"
        case .mtu: return "the path MTU \(path.mtu) leaves no room for a copy"
        }
    }
}

extension MirrorBudget {
    /// As in `1000 packets/s, 8000000 bit/s`.
    var words: String {
        let parts = [packetsPerSecond.map { "\($0) packets/s" }, bitsPerSecond.map { "\($0) bit/s" }]
        return parts.compactMap { $0 }.joined(separator: ", ")
    }
}
