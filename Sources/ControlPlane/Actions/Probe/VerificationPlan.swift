import CloudAPI
import FoundationEssentials
import Model
import Packet
import Store

/// What is to be sent and who looks for it.
struct VerificationPlan: Sendable {
    enum Outcome: Sendable {
        case possible(VerificationPlan)
        case impossible(String)
    }

    var sessionID: String
    var sourceHost: String
    var networkInterfaceID: String
    var packet: FiveTuple
    var direction: TrafficDirection
    var rule: MirrorRule
    var token: [UInt8]
    var tokenOffset: Int
    var frame: [UInt8]
    /// Where the target's device is; `nil` when no host holds it.
    var watch: (host: String, namespace: String?, device: String)?

    private static let watchSeconds = 9.0
    private static let followSeconds = 4.5

    static func make(_ id: String, length: Int, _ call: Call, _ tx: any ReadTransaction) throws -> Outcome {
        let session = try call.find(TrafficMirrorSession.self, id, tx, or: .sessionNotFound)
        guard session.businessStatus == .normal else { return .impossible("the session is frozen") }
        guard session.status != .deleting else { return .impossible("the session is being deleted") }
        let sourceID = session.networkInterfaceID.rawValue
        guard let source = try tx.find(NetworkInterface.self, sourceID, in: call.scope) else {
            return .impossible("its source \(sourceID) is gone")
        }
        let mirroring = try InterfaceMirroring(source, tx, call.settings)
        guard let host = mirroring.host else {
            return .impossible("no host holds the device of its source \(sourceID)")
        }
        guard call.settings.isReachable(heardAt: host.heardAt, now: call.now) else {
            return .impossible("host \(host.id) of its source is away")
        }
        for direction in [FlowDirection.egress, .ingress] {
            var matching = MatchingPacket(
                for: id, among: mirroring.sessions, direction: direction, addresses: source.privateAddresses,
                scope: call.settings.mirrorScope)
            guard let (packet, rule) = matching.find(), let headers = FrameBuilder.headerLength(packet.transport) else {
                continue
            }
            var random = SystemRandomNumberGenerator()
            let token = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
            let padding = [UInt8](repeating: 0, count: max(0, length + 14 - headers - token.count))
            guard let frame = FrameBuilder().frame(packet, payload: token + padding) else { continue }
            return .possible(
                VerificationPlan(
                    sessionID: id, sourceHost: host.id.rawValue, networkInterfaceID: sourceID, packet: packet,
                    direction: direction == .egress ? .egress : .ingress, rule: rule, token: token,
                    tokenOffset: headers, frame: frame, watch: try watch(session, call, tx)))
        }
        return .impossible(
            "no packet falls to it: its filter has no rule that accepts, or rules and sessions before take all")
    }

    /// The device of the target's ENI, in the lab the instance's own end.
    private static func watch(
        _ session: TrafficMirrorSession, _ call: Call, _ tx: any ReadTransaction
    ) throws -> (host: String, namespace: String?, device: String)? {
        guard let target = try tx.find(TrafficMirrorTarget.self, session.targetID.rawValue, in: call.scope),
            let interface = try tx.find(NetworkInterface.self, target.instanceID, in: call.scope)
        else { return nil }
        let mirroring = try InterfaceMirroring(interface, tx, call.settings)
        guard let host = mirroring.host, call.settings.isReachable(heardAt: host.heardAt, now: call.now),
            let binding = mirroring.state?.bindings.first(where: {
                $0.networkInterfaceID == interface.id.rawValue
            })
        else { return nil }
        for instance in mirroring.state?.lab?.instances ?? [] {
            for port in instance.ports where port.networkInterfaceID == interface.id.rawValue {
                return (host.id.rawValue, instance.namespace, port.device)
            }
        }
        return (host.id.rawValue, binding.namespace, binding.device)
    }

    func run(_ call: Call) async -> MirrorVerification {
        var finding = VerificationFinding(plan: self)
        let token = Data(token).base64EncodedString()
        if let watch {
            var order = ProbeOrder(
                probeID: call.requestID, part: .watch, sessionID: sessionID, token: token, tokenOffset: tokenOffset,
                seconds: Self.watchSeconds)
            order.namespace = watch.namespace
            order.device = watch.device
            call.services.probes.post(order, to: watch.host)
            call.services.changes.raise()
            // Either it looks, or it says why it cannot.
            finding.isWatched =
                await wait(call, seconds: 3) {
                    $0.report(call.requestID, .watch, .ready) ?? $0.report(call.requestID, .watch, .done)
                }?.state == .ready
        }
        var order = ProbeOrder(
            probeID: call.requestID, part: .inject, sessionID: sessionID, token: token, tokenOffset: tokenOffset,
            seconds: Self.followSeconds)
        order.networkInterfaceID = networkInterfaceID
        order.direction = direction
        order.frame = Data(frame).base64EncodedString()
        call.services.probes.post(order, to: sourceHost)
        call.services.changes.raise()
        finding.source = await wait(call, seconds: 9) { $0.report(call.requestID, .inject, .done) }
        if finding.isWatched {
            finding.target = await wait(call, seconds: 1) { $0.report(call.requestID, .watch, .done) }
        } else {
            finding.target = call.services.probes.report(call.requestID, .watch, .done)
        }
        return finding.verification
    }

    private func wait(
        _ call: Call, seconds: Int, _ look: (ProbeBook) -> ProbeReport?
    ) async -> ProbeReport? {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while true {
            let seen = call.services.changes.count
            if let report = look(call.services.probes) { return report }
            let left = deadline - ContinuousClock.now
            guard left > .zero, !Task.isCancelled, !call.services.changes.isClosed else { return nil }
            await call.services.changes.wait(after: seen, timeout: left)
        }
    }
}
