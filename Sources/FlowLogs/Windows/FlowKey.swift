import Model
import Packet

/// What makes a flow within a window: five-tuple and direction.
struct FlowKey: Hashable {
    var source: IPAddress
    var destination: IPAddress
    var sourcePort: UInt16
    var destinationPort: UInt16
    var transport: UInt8
    var direction: FlowDirection

    init(
        source: IPAddress, destination: IPAddress, sourcePort: UInt16, destinationPort: UInt16, transport: UInt8,
        direction: FlowDirection
    ) {
        self.source = source
        self.destination = destination
        self.sourcePort = sourcePort
        self.destinationPort = destinationPort
        self.transport = transport
        self.direction = direction
    }

    init(_ entry: FlowEntry) {
        source = entry.source
        destination = entry.destination
        sourcePort = entry.sourcePort
        destinationPort = entry.destinationPort
        transport = entry.transport
        direction = entry.direction
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(source.high ^ destination.high)
        hasher.combine(source.low)
        hasher.combine(destination.low)
        hasher.combine(rest)
    }

    private var rest: UInt64 {
        UInt64(sourcePort) << 48 | UInt64(destinationPort) << 32 | UInt64(transport) << 8 | UInt64(direction.rawValue)
    }
}

extension FlowKey: Comparable {
    /// The order of records within a window.
    static func < (left: FlowKey, right: FlowKey) -> Bool {
        if left.rest >> 8 & 0xff != right.rest >> 8 & 0xff { return left.transport < right.transport }
        if left.source != right.source { return left.source.precedes(right.source) }
        if left.destination != right.destination { return left.destination.precedes(right.destination) }
        return left.rest < right.rest
    }
}

extension IPAddress {
    fileprivate func precedes(_ other: IPAddress) -> Bool {
        if family != other.family { return family == .ipv4 }
        return high != other.high ? high < other.high : low < other.low
    }
}

/// What a flow has gathered in its window, by verdict.
struct FlowTally: Equatable {
    var acceptedPackets: UInt64 = 0
    var acceptedBytes: UInt64 = 0
    var rejectedPackets: UInt64 = 0
    var rejectedBytes: UInt64 = 0
    var tcpFlags: UInt8 = 0
    /// Bit 0: accepted, bit 1: rejected counts are larger than fits.
    var saturated: UInt8 = 0
    var rejectReasons: RejectReasons = []
    /// From the window's start.
    var times = PacketTimes()
    var rejectedTimes = PacketTimes()

    var isEmpty: Bool { acceptedPackets | acceptedBytes | rejectedPackets | rejectedBytes == 0 }

    /// `delay` is the time in milliseconds from the window's start to that of the entry's slice, `span` the slice's own.
    mutating func add(_ entry: FlowEntry, delay: Int64, span: Int64) {
        tcpFlags |= entry.tcpFlags
        var accepted = StoredCount.add(entry.acceptedPackets, to: &acceptedPackets)
        accepted = StoredCount.add(entry.acceptedBytes, to: &acceptedBytes) || accepted
        var rejected = StoredCount.add(entry.rejectedPackets, to: &rejectedPackets)
        rejected = StoredCount.add(entry.rejectedBytes, to: &rejectedBytes) || rejected
        saturated |= (accepted ? 1 : 0) | (rejected ? 2 : 0)
        rejectReasons.formUnion(entry.rejectReasons)
        times.formUnion(entry.times, delay: delay, span: span)
        rejectedTimes.formUnion(entry.rejectedTimes, delay: delay, span: span)
    }
}
