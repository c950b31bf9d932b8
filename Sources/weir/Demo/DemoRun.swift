import ControlPlane
import DataPlane
import Dispatch
import Foundation
import Glibc
import Model
import Synchronization

/// Traffic through the demo's network, shown as it goes, and the sums compared at the end.
struct DemoRun {
    private let cloud: DemoCloud
    private let network: DemoNetwork
    private let traffic: DemoTraffic
    private let firewall: DemoFirewall
    private let stop: StopEvent

    init(cloud: DemoCloud, network: DemoNetwork, stop: StopEvent) throws {
        self.cloud = cloud
        self.network = network
        self.stop = stop
        traffic = DemoTraffic(network: network)
        firewall = DemoFirewall(network: network)
        try firewall.install()
    }

    /// One pass. Whether every sum agrees.
    func once(packets: Int, megabytes: Int) throws -> Bool {
        let collector = try Collector(namespace: network.collector.namespace, shownBatches: 4)
        let held = try [5001, 53].map { try traffic.holdUDPPort($0) }
        defer { for fd in held { close(fd) } }
        let refused = max(1, packets / 10)
        let pings = 10

        print(
            "sending \(packets) UDP packets (mirrored), \(refused) refused by nftables, \(pings) pings, \(megabytes) MB of TCP"
        )
        try traffic.udp(count: packets, port: 5001)
        try traffic.udp(count: 100, port: 53)
        try traffic.udp(count: refused, port: DemoFirewall.refusedPort)
        let replies = try traffic.ping(count: pings)
        try showLedger()
        try traffic.tcp(bytes: megabytes << 20)

        let ledger = try settledLedger()
        collector.finish()
        var check = DemoCheck()
        check.same("pings answered", UInt64(pings), UInt64(replies))
        check.same("UDP packets the firewall saw = sent", UInt64(packets), try firewall.sent())
        check.same("packets the firewall refused = sent to the refused port", UInt64(refused), try firewall.refused())
        check.same(
            "ledger: matched = mirrored + dropped", ledger.matchedPackets,
            ledger.mirroredPackets + ledger.droppedPackets)
        check.same("ledger: nothing in flight", 0, ledger.inFlightPackets)
        check.same("copies the collector's firewall counted = mirrored", ledger.mirroredPackets, try firewall.copies())
        collector.compare(with: ledger.mirroredPackets, &check)
        let tcp = try compareRecords(&check, packets: UInt64(packets), refused: UInt64(refused), pings: UInt64(pings))
        check.same(
            "ledger: matched = UDP sent + echo replies + TCP of the records", UInt64(packets + replies) + tcp,
            ledger.matchedPackets)
        print(check.text)
        return check.agrees
    }

    /// Keeps a little traffic going and shows the ledger and new records until the stop event.
    func untilStopped() throws {
        var token = ""
        let collector = try Collector(namespace: network.collector.namespace, shownBatches: .max)
        defer { collector.finish() }
        let held = try traffic.holdUDPPort(5001)
        defer { close(held) }
        while !stop.isSignalled(withinMilliseconds: 2000) {
            try traffic.udp(count: 200, port: 5001)
            try traffic.udp(count: 20, port: DemoFirewall.refusedPort)
            _ = try traffic.ping(count: 1)
            try showLedger()
            var body = ["MaxResults": "20", "WaitSeconds": "0"]
            if !token.isEmpty { body["NextToken"] = token }
            let page: FlowRecordPage = try cloud.weir("TailFlowRecords", body)
            for record in page.Records { print("  record  \(record.Text)") }
            token = page.NextToken
        }
    }

    private func ledger() throws -> SessionLedger? {
        let answer: MirrorLedgers = try cloud.weir(
            "DescribeMirrorLedger", ["TrafficMirrorSessionId": network.sessionID])
        return answer.Ledgers.first?.Ledger
    }

    private func showLedger() throws {
        guard let ledger = try ledger() else { return }
        let reasons = ledger.dropped.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        print(
            "  ledger  matched \(ledger.matchedPackets)  mirrored \(ledger.mirroredPackets)"
                + "  dropped \(ledger.droppedPackets)\(reasons.isEmpty ? "" : " (\(reasons))")  in flight \(ledger.inFlightPackets)"
        )
    }

    /// The ledger once it has stopped moving: agents send it each second.
    private func settledLedger() throws -> SessionLedger {
        var last = try ledger()
        var since = ContinuousClock.now
        try cloud.wait("the ledger to settle") {
            let now = try ledger()
            if now != last {
                last = now
                since = ContinuousClock.now
            }
            return last != nil && ContinuousClock.now - since > .milliseconds(2500)
        }
        guard let last else { throw DemoServer.Failure(description: "no ledger came") }
        return last
    }

    /// What the records of both ends say, once their windows are closed. Returns their TCP packets, both ways.
    private func compareRecords(
        _ check: inout DemoCheck, packets: UInt64, refused: UInt64, pings: UInt64
    ) throws -> UInt64 {
        func sums(_ filter: [String: String]) throws -> FlowRecordSums {
            try cloud.weir("SumFlowRecords", filter.merging(["FlowLogId": network.flowLogID]) { a, _ in a })
        }
        let client = ["NetworkInterfaceId": network.client.interfaceID]
        let web = ["NetworkInterfaceId": network.web.interfaceID]
        let udp = ["ProtocolNumber": "17", "DestinationPort": "5001"]
        print("waiting for the flow windows to close")
        try cloud.wait("the last flow records") {
            let done = try sums(client.merging(["ProtocolNumber": "6", "Direction": "egress"]) { a, _ in a })
            let far = try sums(web.merging(["ProtocolNumber": "6", "Direction": "ingress"]) { a, _ in a })
            return done.Accepted.Packets > 0 && done.Accepted.Packets == far.Accepted.Packets
        }
        let sent = try sums(client.merging(udp) { a, _ in a })
        check.same("records: UDP packets accepted at the client's ENI", packets, sent.Accepted.Packets)
        check.same("records: their bytes, 128 of IP each", packets * 128, sent.Accepted.Bytes)
        check.same(
            "records: UDP packets accepted at the web's ENI", packets,
            try sums(web.merging(udp) { a, _ in a }).Accepted.Packets)
        let dropped = try sums(client.merging(["DestinationPort": String(DemoFirewall.refusedPort)]) { a, _ in a })
        check.same("records: REJECT at the client's ENI", refused, dropped.Rejected.Packets)
        check.same("records: ACCEPT of the refused flow", 0, dropped.Accepted.Packets)
        let echo = try sums(client.merging(["ProtocolNumber": "1", "Direction": "egress"]) { a, _ in a })
        check.same("records: echo requests", pings, echo.Accepted.Packets)
        var tcp: UInt64 = 0
        for direction in [("egress", "ingress"), ("ingress", "egress")] {
            let near = try sums(client.merging(["ProtocolNumber": "6", "Direction": direction.0]) { a, _ in a })
            let far = try sums(web.merging(["ProtocolNumber": "6", "Direction": direction.1]) { a, _ in a })
            tcp += near.Accepted.Packets
            check.same(
                "records: TCP packets, client \(direction.0) = web \(direction.1)", near.Accepted.Packets,
                far.Accepted.Packets)
            check.same(
                "records: TCP bytes, client \(direction.0) = web \(direction.1)", near.Accepted.Bytes,
                far.Accepted.Bytes)
        }
        let page: FlowRecordPage = try cloud.weir("SearchFlowRecords", ["MaxResults": "8", "NewestFirst": "true"])
        for record in page.Records { print("  record  \(record.Text)") }
        return tcp
    }
}

/// The receiver at the collector, on a thread of its own from the start to `finish`.
private final class Collector: Sendable {
    private struct State {
        var summary: ReceiveSummary?
        var failure: String?
        var shown = 0
    }
    private let state = Mutex(State())
    private let namespace: String
    private let shownBatches: Int
    private let stop: StopEvent
    private let receiving = DispatchGroup()

    /// Returns when copies are taken. A few of the first `shownBatches` batches are printed: enough to see.
    init(namespace: String, shownBatches: Int) throws {
        self.namespace = namespace
        self.shownBatches = shownBatches
        stop = try StopEvent()
        let ready = DispatchSemaphore(value: 0)
        DispatchQueue.global().async(group: receiving) { self.run(ready) }
        ready.wait()
    }

    func finish() {
        stop.signal()
        receiving.wait()
    }

    private func run(_ ready: DispatchSemaphore) {
        var options = ReceiveOptions()
        options.namespace = NetworkNamespace(name: namespace)
        var isReady = false
        do {
            let summary = try MirrorReceive.run(
                options: options, names: [4242: "client-to-collector"], stop: stop,
                ready: { _ in
                    isReady = true
                    ready.signal()
                },
                output: { lines in
                    let isShown = self.state.withLock { state in
                        state.shown += 1
                        return state.shown <= self.shownBatches
                    }
                    for line in lines.split(separator: "\n").prefix(isShown ? 2 : 0) { print("  copy    \(line)") }
                })
            state.withLock { $0.summary = summary }
        } catch { state.withLock { $0.failure = "\(error)" } }
        if !isReady { ready.signal() }
    }

    func compare(with mirrored: UInt64, _ check: inout DemoCheck) {
        let (summary, failure) = state.withLock { ($0.summary, $0.failure) }
        guard let summary else {
            check.fail("receiver: \(failure ?? "did not run")")
            return
        }
        check.same("copies the receiver decoded = mirrored", mirrored, summary.packets)
        check.same("the receiver's own drops", 0, summary.socketDroppedPackets)
        let tally = summary.tallies[4242] ?? VNITally()
        check.same("copies with the session's VNI", mirrored, tally.packets)
        check.same("copies with a bad inner checksum", 0, tally.badChecksumPackets)
    }
}
