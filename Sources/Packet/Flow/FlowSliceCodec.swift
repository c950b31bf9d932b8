/// The compact binary form of slices, in the spool and on the way to the server.
///
/// Layout: `WSLC`, version (1 byte), CRC-32C of the body (4 bytes, little-endian), body. The body is LEB128 counts
/// and numbers, UTF-8 strings with their lengths, addresses and ports in network order; an IPv4 entry takes 18 to
/// 30 bytes as a rule. There is one encoding of a value only: what `decode` accepts, `encode` gives back unchanged.
/// Version 2 says of each slice whether it has a gap; when none has, version 1 is written, which older readers know.
public enum FlowSliceCodec {
    /// What `decode` takes at once unless told otherwise: 16 MiB, some 600,000 IPv4 entries.
    public static let maximumBytes = 16 << 20
    static let magic: [UInt8] = Array("WSLC".utf8)
    static let versions: ClosedRange<UInt8> = 1...2
    static let headerBytes = 9

    /// The bytes of `slices`. Cut large sets by `split(_:maximumEntries:)` first so that a reader takes them.
    public static func encode(_ slices: [FlowSlice]) -> [UInt8] {
        var writer = FlowSliceWriter()
        writer.reserve(64 * slices.count + 32 * slices.reduce(0) { $0 + $1.entries.count })
        writer.append(magic)
        let tellsGaps = slices.contains(where: \.hasGap)
        writer.append(tellsGaps ? 2 : 1)
        writer.append([0, 0, 0, 0])
        writer.append(varint: UInt64(slices.count))
        for slice in slices { writer.append(slice, tellsGaps: tellsGaps) }
        var bytes = writer.bytes
        let sum = CRC32C.checksum(bytes.span.bytes.extracting(headerBytes..<bytes.count))
        for index in 0..<4 { bytes[5 + index] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * index)) }
        return bytes
    }

    /// Reads what `encode` wrote. Memory stays within 20 times `bytes`, whatever they hold.
    ///
    /// Throws `PacketError` with format `flowSlices`: `tooLarge`, `truncated`, `unsupported` (version), `corrupt`
    /// (checksum), `malformed` (anything else, also bytes left over and numbers not in their shortest form).
    public static func decode(
        _ bytes: [UInt8], maximumBytes: Int = Self.maximumBytes
    ) throws(PacketError) -> [FlowSlice] {
        guard bytes.count <= maximumBytes else { throw .tooLarge(.flowSlices) }
        guard bytes.count > headerBytes else { throw .truncated(.flowSlices) }
        guard bytes.starts(with: magic) else { throw .malformed(.flowSlices) }
        guard versions.contains(bytes[4]) else { throw .unsupported(.flowSlices, UInt32(bytes[4])) }
        var stored: UInt32 = 0
        for index in 0..<4 { stored |= UInt32(bytes[5 + index]) << UInt32(8 * index) }
        guard CRC32C.checksum(bytes.span.bytes.extracting(headerBytes..<bytes.count)) == stored else {
            throw .corrupt(.flowSlices)
        }
        var reader = FlowSliceReader(bytes: bytes, offset: headerBytes)
        let count = try reader.count(smallest: FlowSliceReader.smallestSlice)
        var slices: [FlowSlice] = []
        slices.reserveCapacity(count)
        let tellsGaps = bytes[4] == 2
        for _ in 0..<count { slices.append(try reader.slice(tellsGaps: tellsGaps)) }
        guard reader.remaining == 0, tellsGaps == slices.contains(where: \.hasGap) else {
            throw .malformed(.flowSlices)
        }
        return slices
    }

    /// Cuts `slices` into batches of at most `maximumEntries` entries (at least 1), in order. A slice that does not
    /// fit is continued by one with the same bounds; its skipped packets and its gap stay with its first part, so sums
    /// are kept.
    public static func split(_ slices: [FlowSlice], maximumEntries: Int) -> [[FlowSlice]] {
        let limit = max(1, maximumEntries)
        var batches: [[FlowSlice]] = []
        var batch: [FlowSlice] = []
        var room = limit
        for slice in slices {
            var rest = slice.entries[...]
            var first = true
            repeat {
                if room == 0 {
                    batches.append(batch)
                    batch = []
                    room = limit
                }
                var part = slice
                if !first {
                    part.skippedPackets = 0
                    part.skippedBytes = 0
                    part.hasGap = false
                }
                part.entries = Array(rest.prefix(room))
                rest = rest.dropFirst(room)
                // A slice without entries counts as one, so that a batch of nothing but those is bounded too.
                room -= max(1, part.entries.count)
                batch.append(part)
                first = false
            } while !rest.isEmpty
        }
        if !batch.isEmpty { batches.append(batch) }
        return batches
    }

    /// Bits of the byte that leads an entry: what follows, and what is zero and therefore left out.
    enum Flag {
        static let egress: UInt8 = 1
        static let sourceIPv6: UInt8 = 2
        static let destinationIPv6: UInt8 = 4
        static let ports: UInt8 = 8
        static let tcpFlags: UInt8 = 16
        static let accepted: UInt8 = 32
        static let rejected: UInt8 = 64
        /// A byte of `Detail` follows the counts, and what it says.
        static let details: UInt8 = 128
    }

    /// Bits of the byte that leads an entry's details.
    enum Detail {
        static let times: UInt8 = 1
        static let rejectedTimes: UInt8 = 2
        static let rejectReasons: UInt8 = 4
        static let all: UInt8 = 7
    }
}
