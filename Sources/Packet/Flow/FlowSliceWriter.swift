import Model

/// Writes the body of `FlowSliceCodec`.
struct FlowSliceWriter {
    private(set) var bytes: [UInt8] = []

    mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }
    mutating func append(_ byte: UInt8) { bytes.append(byte) }
    mutating func append(_ more: [UInt8]) { bytes.append(contentsOf: more) }

    /// Unsigned LEB128.
    mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Zigzag, so that times before 1970 stay short too.
    mutating func append(signed value: Int64) {
        append(varint: UInt64(bitPattern: value &<< 1 ^ value &>> 63))
    }

    mutating func append(_ text: String) {
        append(varint: UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    mutating func append<T: FixedWidthInteger & UnsignedInteger>(bigEndian value: T) {
        var shift = T.bitWidth
        while shift > 0 {
            shift -= 8
            bytes.append(UInt8(truncatingIfNeeded: value >> T(shift)))
        }
    }

    mutating func append(_ slice: FlowSlice, tellsGaps: Bool) {
        append(slice.networkInterfaceID)
        append(varint: UInt64(slice.flowLogIDs.count))
        for id in slice.flowLogIDs { append(id) }
        append(signed: slice.startMilliseconds)
        append(signed: slice.endMilliseconds)
        append(varint: slice.skippedPackets)
        append(varint: slice.skippedBytes)
        if tellsGaps { append(slice.hasGap ? 1 : 0) }
        append(varint: UInt64(slice.entries.count))
        for entry in slice.entries { append(entry) }
    }

    mutating func append(_ entry: FlowEntry) {
        typealias Flag = FlowSliceCodec.Flag
        var flags: UInt8 = entry.direction == .egress ? Flag.egress : 0
        if entry.source.family == .ipv6 { flags |= Flag.sourceIPv6 }
        if entry.destination.family == .ipv6 { flags |= Flag.destinationIPv6 }
        if entry.sourcePort | entry.destinationPort != 0 { flags |= Flag.ports }
        if entry.tcpFlags != 0 { flags |= Flag.tcpFlags }
        if entry.acceptedPackets | entry.acceptedBytes != 0 { flags |= Flag.accepted }
        if entry.rejectedPackets | entry.rejectedBytes != 0 { flags |= Flag.rejected }
        var details: UInt8 = entry.times.isKnown ? FlowSliceCodec.Detail.times : 0
        if entry.rejectedTimes.isKnown { details |= FlowSliceCodec.Detail.rejectedTimes }
        if !entry.rejectReasons.isEmpty { details |= FlowSliceCodec.Detail.rejectReasons }
        if details != 0 { flags |= Flag.details }
        append(flags)
        append(entry.transport)
        append(entry.source)
        append(entry.destination)
        if flags & Flag.ports != 0 {
            append(bigEndian: entry.sourcePort)
            append(bigEndian: entry.destinationPort)
        }
        if flags & Flag.tcpFlags != 0 { append(entry.tcpFlags) }
        if flags & Flag.accepted != 0 {
            append(varint: entry.acceptedPackets)
            append(varint: entry.acceptedBytes)
        }
        if flags & Flag.rejected != 0 {
            append(varint: entry.rejectedPackets)
            append(varint: entry.rejectedBytes)
        }
        guard details != 0 else { return }
        append(details)
        append(entry.times)
        append(entry.rejectedTimes)
        if !entry.rejectReasons.isEmpty { append(entry.rejectReasons.rawValue) }
    }

    private mutating func append(_ times: PacketTimes) {
        guard let bounds = times.bounds else { return }
        append(varint: UInt64(bounds.lowerBound))
        append(varint: UInt64(bounds.upperBound - bounds.lowerBound))
    }

    private mutating func append(_ address: IPAddress) {
        switch address.family {
        case .ipv4: append(bigEndian: UInt32(truncatingIfNeeded: address.low))
        case .ipv6:
            append(bigEndian: address.high)
            append(bigEndian: address.low)
        }
    }
}
