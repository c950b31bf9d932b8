import Model
import Packet

/// One running window of one stream: what its slices have brought so far.
final class OpenWindow {
    struct Key: Hashable {
        var stream: FlowStream
        var window: FlowWindow
    }

    let key: Key
    /// Rises from window to window: the order in which they were opened.
    let serial: UInt64
    var flows: [FlowKey: FlowTally] = [:]
    /// Something crossed the ENI, whether the flow log keeps it or not.
    var hasTraffic = false
    private(set) var lostPackets = StoredCount()
    private(set) var lostBytes = StoredCount()
    private(set) var lostCauses: FlowLoss.Causes = []

    init(_ key: Key, serial: UInt64) {
        self.key = key
        self.serial = serial
    }

    func addLoss(_ lost: LostCount, _ causes: FlowLoss.Causes) {
        lostPackets += lost.packets.value
        lostBytes += lost.bytes.value
        lostCauses.formUnion(causes)
        if lost.isSaturated || lostPackets.isSaturated || lostBytes.isSaturated { lostCauses.insert(.countOverflow) }
    }

    /// Whether the window makes records at all.
    var hasRecords: Bool { !lostCauses.isEmpty || !hasTraffic || flows.contains { !$0.value.isEmpty } }

    /// Records that the window makes at most.
    var recordLimit: Int { 2 * flows.count + 2 }

    /// Hands over the window's records as they stand: what was accepted, then what was rejected, each in the order of
    /// the flows, then NODATA or SKIPDATA.
    func records(traffic: (FlowTraffic) -> Void, other: (FlowRecord.Content) -> Void) {
        let sorted = flows.sorted { $0.key < $1.key }
        for (key, tally) in sorted where tally.acceptedPackets | tally.acceptedBytes != 0 {
            traffic(
                FlowTraffic(
                    key, tally, .accept, tally.acceptedPackets, tally.acceptedBytes,
                    isSaturated: tally.saturated & 1 != 0, times: time(tally.times)))
        }
        for (key, tally) in sorted where tally.rejectedPackets | tally.rejectedBytes != 0 {
            var rejected = FlowTraffic(
                key, tally, .reject, tally.rejectedPackets, tally.rejectedBytes,
                isSaturated: tally.saturated & 2 != 0, times: time(tally.rejectedTimes))
            rejected.rejectReasons = tally.rejectReasons
            traffic(rejected)
        }
        if !lostCauses.isEmpty {
            other(.loss(FlowLoss(packets: lostPackets.value, bytes: lostBytes.value, causes: lostCauses)))
        } else if !hasTraffic {
            other(.noData)
        }
    }

    /// Unix milliseconds.
    private func time(_ times: PacketTimes) -> ClosedRange<Int64>? {
        times.bounds.map { key.window.start * 1000 + $0.lowerBound...key.window.start * 1000 + $0.upperBound }
    }
}

extension FlowTraffic {
    fileprivate init(
        _ key: FlowKey, _ tally: FlowTally, _ action: FlowAction, _ packets: UInt64, _ bytes: UInt64, isSaturated: Bool,
        times: ClosedRange<Int64>?
    ) {
        self.init(
            direction: key.direction, source: key.source, destination: key.destination, sourcePort: key.sourcePort,
            destinationPort: key.destinationPort, transport: key.transport, tcpFlags: tally.tcpFlags, packets: packets,
            bytes: bytes, action: action, isSaturated: isSaturated)
        self.times = times
    }
}
