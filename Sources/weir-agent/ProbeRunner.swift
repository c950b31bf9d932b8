import DataPlane
import FoundationEssentials
import Glibc
import Model
import Packet

/// Does one half of a probe. One thread each; the kernel is spoken to through the data plane's thread alone.
struct ProbeRunner {
    let inbox: Inbox
    private static let stepSeconds = 0.02

    /// Looks for the copy at the target, and says when it looks.
    func watch(_ order: ProbeOrder, report: (ProbeReport) -> Void) {
        do {
            guard let device = order.device else { throw AgentError.unreadable("the probe's device") }
            let socket = try SightingSocket(
                .target, device: device, in: NetworkNamespace(name: order.namespace), token: try Self.token(order),
                offset: order.tokenOffset)
            report(ProbeReport(order, .ready))
            var done = ProbeReport(order, .done)
            let end = MonotonicClock.seconds + Self.seconds(order)
            repeat {
                if let sighting = try socket.take() {
                    done.sightings = [sighting]
                    break
                }
                pause(Self.stepSeconds)
            } while MonotonicClock.seconds < end
            report(done)
        } catch {
            report(ProbeReport(order, .done, problem: String(describing: error)))
        }
    }

    /// Sends the canary and follows it as far as this host sees it.
    func inject(_ order: ProbeOrder) -> ProbeReport {
        var report = ProbeReport(order, .done)
        do { try follow(order, &report) } catch { report.problem = String(describing: error) }
        return report
    }

    private func follow(_ order: ProbeOrder, _ report: inout ProbeReport) throws {
        guard let id = order.networkInterfaceID, let direction = order.direction,
            let frame = order.frame.flatMap({ Data(base64Encoded: $0) })
        else { throw AgentError.unreadable("the probe's frame") }
        let token = try Self.token(order)
        let before = try ledger(order.sessionID)
        report.before = before.ledger
        guard let path = before.ledger.path else {
            throw AgentError.noDataPlane("the session is not installed in the kernel now")
        }
        let namespace = NetworkNamespace(name: path.namespace)
        let helper = try? SightingSocket(
            .helper, device: before.helper, in: namespace, token: token, offset: order.tokenOffset)
        let underlay = try? path.underlay.map {
            try SightingSocket(.underlay, device: $0, in: namespace, token: token, offset: order.tokenOffset)
        }
        let bytes = Array(frame)
        let time = try inbox.ask { engine in
            let now = Self.realtimeNanoseconds
            try engine.inject(bytes, on: id, direction: direction == .ingress ? .ingress : .egress)
            return now
        }
        report.injectedNanoseconds = time
        let end = MonotonicClock.seconds + Self.seconds(order)
        var settled = 0.0
        repeat {
            pause(Self.stepSeconds)
            if let seen = try helper?.take() { report.sightings.append(seen) }
            if let seen = try underlay?.take() { report.sightings.append(seen) }
            let after = try ledger(order.sessionID).ledger
            report.after = after
            // A while longer: the target's host may refuse the copy by ICMP.
            if Self.hasEnded(before.ledger, after) { settled += Self.stepSeconds }
        } while MonotonicClock.seconds < end && settled < 0.3
    }

    /// Whether what was matched since has left or was given up.
    private static func hasEnded(_ before: SessionLedger, _ after: SessionLedger) -> Bool {
        after.matchedPackets == before.matchedPackets || after.inFlightPackets == 0
    }

    private func ledger(_ sessionID: String) throws -> (ledger: SessionLedger, helper: String) {
        try inbox.ask { engine in
            guard let ledger = try engine.ledgers().first(where: { $0.sessionID == sessionID }) else {
                throw AgentError.noDataPlane("the session is not installed in the kernel now")
            }
            return (ledger, engine.helperDeviceNames.first ?? "")
        }
    }

    private static func token(_ order: ProbeOrder) throws -> [UInt8] {
        guard let token = Data(base64Encoded: order.token) else { throw AgentError.unreadable("the probe's token") }
        return Array(token)
    }

    private static func seconds(_ order: ProbeOrder) -> Double { min(max(order.seconds, 0), 10) }

    private static var realtimeNanoseconds: UInt64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return UInt64(max(0, now.tv_sec)) &* 1_000_000_000 &+ UInt64(max(0, now.tv_nsec))
    }
}
