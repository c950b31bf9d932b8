import Model

/// Reads the body of `FlowSliceCodec`; every step checks what is left first.
struct FlowSliceReader {
    /// Fewest bytes a slice and an entry can take: the bound on how many a body can hold.
    static let smallestSlice = 7
    static let smallestEntry = 10

    let bytes: [UInt8]
    private(set) var offset: Int

    init(bytes: [UInt8], offset: Int) {
        self.bytes = bytes
        self.offset = offset
    }

    var remaining: Int { bytes.count - offset }

    mutating func byte() throws(PacketError) -> UInt8 {
        guard offset < bytes.count else { throw .truncated(.flowSlices) }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func varint() throws(PacketError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try byte()
            // The tenth byte holds the 64th bit alone; a last byte of zero could have been left out.
            guard shift < 63 || byte <= 1, byte != 0 || shift == 0 else { throw .malformed(.flowSlices) }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    mutating func signed() throws(PacketError) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// A count of things that take at least `smallest` bytes each, so that no count outgrows the input.
    mutating func count(smallest: Int) throws(PacketError) -> Int {
        guard let count = Int(exactly: try varint()), count <= remaining / smallest else {
            throw .truncated(.flowSlices)
        }
        return count
    }

    mutating func text() throws(PacketError) -> String {
        let count = try count(smallest: 1)
        guard let text = String(validating: bytes[offset..<offset + count], as: UTF8.self) else {
            throw .malformed(.flowSlices)
        }
        offset += count
        return text
    }

    mutating func bigEndian<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) throws(PacketError) -> T {
        let size = T.bitWidth / 8
        guard remaining >= size else { throw .truncated(.flowSlices) }
        let value = bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: T.self)
        offset += size
        return T(bigEndian: value)
    }

    mutating func slice(tellsGaps: Bool) throws(PacketError) -> FlowSlice {
        let interface = try text()
        let logCount = try count(smallest: 1)
        var logs: [String] = []
        for _ in 0..<logCount { logs.append(try text()) }
        let start = try signed()
        let end = try signed()
        let skippedPackets = try varint()
        let skippedBytes = try varint()
        let gap = tellsGaps ? try byte() : 0
        guard gap <= 1 else { throw .malformed(.flowSlices) }
        let entryCount = try count(smallest: Self.smallestEntry)
        var entries: [FlowEntry] = []
        entries.reserveCapacity(entryCount)
        for _ in 0..<entryCount { entries.append(try entry()) }
        return FlowSlice(
            networkInterfaceID: interface, flowLogIDs: logs, startMilliseconds: start, endMilliseconds: end,
            skippedPackets: skippedPackets, skippedBytes: skippedBytes, hasGap: gap == 1, entries: entries)
    }

    private mutating func entry() throws(PacketError) -> FlowEntry {
        typealias Flag = FlowSliceCodec.Flag
        let flags = try byte()
        let transport = try byte()
        let source = try address(isIPv6: flags & Flag.sourceIPv6 != 0)
        let destination = try address(isIPv6: flags & Flag.destinationIPv6 != 0)
        var sourcePort: UInt16 = 0
        var destinationPort: UInt16 = 0
        if flags & Flag.ports != 0 {
            sourcePort = try bigEndian(UInt16.self)
            destinationPort = try bigEndian(UInt16.self)
            guard sourcePort | destinationPort != 0 else { throw .malformed(.flowSlices) }
        }
        var tcpFlags: UInt8 = 0
        if flags & Flag.tcpFlags != 0 {
            tcpFlags = try byte()
            guard tcpFlags != 0 else { throw .malformed(.flowSlices) }
        }
        let accepted = flags & Flag.accepted != 0 ? try tally() : (0, 0)
        let rejected = flags & Flag.rejected != 0 ? try tally() : (0, 0)
        var entry = FlowEntry(
            direction: flags & Flag.egress != 0 ? .egress : .ingress, source: source, destination: destination,
            transport: transport, sourcePort: sourcePort, destinationPort: destinationPort, tcpFlags: tcpFlags,
            acceptedPackets: accepted.0, acceptedBytes: accepted.1, rejectedPackets: rejected.0,
            rejectedBytes: rejected.1)
        if flags & Flag.details != 0 { try details(of: &entry) }
        return entry
    }

    private mutating func details(of entry: inout FlowEntry) throws(PacketError) {
        typealias Detail = FlowSliceCodec.Detail
        let details = try byte()
        guard details != 0, details & ~Detail.all == 0 else { throw .malformed(.flowSlices) }
        if details & Detail.times != 0 { entry.times = try times() }
        if details & Detail.rejectedTimes != 0 { entry.rejectedTimes = try times() }
        if details & Detail.rejectReasons != 0 {
            entry.rejectReasons = RejectReasons(rawValue: try byte())
            guard !entry.rejectReasons.isEmpty else { throw .malformed(.flowSlices) }
        }
    }

    private mutating func times() throws(PacketError) -> PacketTimes {
        guard let first = Int64(exactly: try varint()), let span = Int64(exactly: try varint()),
            first <= Int64(UInt32.max), span <= Int64(UInt32.max)
        else { throw .malformed(.flowSlices) }
        let times = PacketTimes(first: first, last: first + span)
        guard times.isKnown else { throw .malformed(.flowSlices) }
        return times
    }

    private mutating func tally() throws(PacketError) -> (UInt64, UInt64) {
        let packets = try varint()
        let bytes = try varint()
        guard packets | bytes != 0 else { throw .malformed(.flowSlices) }
        return (packets, bytes)
    }

    private mutating func address(isIPv6: Bool) throws(PacketError) -> IPAddress {
        guard isIPv6 else { return IPAddress(IPv4Address(rawValue: try bigEndian(UInt32.self))) }
        let high = try bigEndian(UInt64.self)
        return IPAddress(ipv6High: high, low: try bigEndian(UInt64.self))
    }
}
