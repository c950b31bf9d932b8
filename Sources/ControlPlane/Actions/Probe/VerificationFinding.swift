import Model
import Packet

/// What both ends have found, read as steps.
struct VerificationFinding {
    let plan: VerificationPlan
    var isWatched = false
    var source: ProbeReport?
    var target: ProbeReport?

    init(plan: VerificationPlan) { self.plan = plan }

    var verification: MirrorVerification {
        let steps = self.steps
        let failed = steps.first { $0.Outcome == .lost }
        let sighting = target?.sightings.first
        let verdict: String
        if let failed {
            verdict = "lost at \(failed.Name): \(failed.Text)"
        } else if let unseen = steps.last(where: { $0.Outcome == .unknown }), sighting == nil {
            verdict = "not seen: \(unseen.Text)"
        } else {
            verdict = "seen at the target"
        }
        var latency: Int?
        // The program is loaded anew for a canary, which takes long; its copy begins at the helper.
        let cloned = source?.sightings.first { $0.place == .helper }?.nanoseconds
        if let sighting, let start = cloned ?? source?.injectedNanoseconds, plan.watch?.host == plan.sourceHost,
            sighting.nanoseconds >= start
        {
            latency = Int(clamping: (sighting.nanoseconds - start) / 1000)
        }
        return MirrorVerification(
            TrafficMirrorSessionId: plan.sessionID, Seen: sighting != nil && failed == nil, Verdict: verdict,
            Packet: plan.packet.description, Direction: plan.direction.rawValue,
            TrafficMirrorFilterRuleId: plan.rule.ruleID, Steps: steps, FrameBytes: plan.frame.count,
            CopiedBytes: sighting?.copiedBytes, LatencyMicroseconds: latency)
    }

    private var steps: [MirrorVerification.Step] {
        typealias Step = MirrorVerification.Step
        guard let source else {
            return [Step(Name: "planned", Outcome: .lost, Text: "host \(plan.sourceHost) did not answer")]
        }
        guard let before = source.before, let after = source.after else {
            return [Step(Name: "planned", Outcome: .lost, Text: source.problem ?? "the canary was not sent")]
        }
        func seen(_ place: ProbeSighting.Place) -> ProbeSighting? {
            source.sightings.first { $0.place == place }
        }
        let arrived = target?.sightings.first
        let (cloned, left) = (seen(.helper), seen(.underlay))
        let matched = after.matchedPackets &- before.matchedPackets
        guard matched > 0 || cloned != nil || arrived != nil else {
            return [Step(Name: "matched", Outcome: .lost, Text: "the program at the source matched nothing")]
        }
        var steps = [Step(Name: "matched", Outcome: .ok, Text: "rule \(plan.rule.ruleID) accepted it")]
        guard cloned != nil || left != nil || arrived != nil else {
            let why = reasons(before, after, matched)
            return steps + [Step(Name: "cloned", Outcome: .lost, Text: "no copy was made: \(why)")]
        }
        steps.append(Step(Name: "cloned", Outcome: .ok, Text: "a copy of \(plan.frame.count) bytes was made"))
        let path = after.path ?? before.path
        let way = path?.underlay.map { "device \($0)" } ?? "the way out"
        guard left != nil || arrived != nil else {
            let why = reasons(before, after, matched)
            return steps + [Step(Name: "left", Outcome: .lost, Text: "it did not leave through \(way): \(why)")]
        }
        let bytes = (left ?? arrived)?.copiedBytes ?? 0
        let cut = bytes < plan.frame.count ? ", cut" : ""
        steps.append(Step(Name: "left", Outcome: .ok, Text: "\(bytes) bytes\(cut) left through \(way)"))
        return steps + far(arrived, after.targetRefusedPackets &- before.targetRefusedPackets)
    }

    /// What is known of the target's end.
    private func far(_ arrived: ProbeSighting?, _ refused: UInt64) -> [MirrorVerification.Step] {
        let place =
            plan.watch.map { "device \($0.namespace.map { "\($0)/" } ?? "")\($0.device) of host \($0.host)" } ?? ""
        guard let arrived else {
            if plan.watch == nil {
                let text = "the copy left, but no agent holds the target's device, so nobody could look there"
                return [.init(Name: "seen", Outcome: .unknown, Text: text)]
            }
            guard isWatched else {
                let why = target?.problem ?? "its agent did not answer"
                return [.init(Name: "seen", Outcome: .lost, Text: "nobody could look on \(place): \(why)")]
            }
            return [.init(Name: "seen", Outcome: .lost, Text: "it left the source's host and did not come to \(place)")]
        }
        var steps = [
            MirrorVerification.Step(
                Name: "seen", Outcome: .ok, Text: "\(arrived.copiedBytes) bytes came to \(place)")
        ]
        if refused > 0 {
            let text = "the target's host refused it by ICMP: nobody listens on UDP 4789, or a firewall rejects it"
            steps.append(.init(Name: "accepted", Outcome: .lost, Text: text))
        }
        return steps
    }

    /// What was dropped since, by reason.
    private func reasons(_ before: SessionLedger, _ after: SessionLedger, _ matched: UInt64) -> String {
        let grown = after.dropped.filter { $0.value > before.dropped[$0.key] ?? 0 }.keys.sorted()
        var text = grown.isEmpty ? "" : grown.joined(separator: ", ")
        if let path = after.path, let obstacle = path.state.obstacle(path) {
            text += (text.isEmpty ? "" : ": ") + obstacle
        }
        if text.isEmpty {
            text = after.inFlightPackets > 0 ? "it still waits, e.g. for a neighbour" : "no reason is known"
        }
        return matched > 1 ? text + " (\(matched) packets were matched meanwhile: it may be another's reason)" : text
    }
}
