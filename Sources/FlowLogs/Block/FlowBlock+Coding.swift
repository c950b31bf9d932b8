import Model
import Packet

/// The form of a block in the journal: dictionaries, then each column as its lowest value, a width of 0, 1, 2, 4 or 8
/// bytes, and what each row has above it. A column of equal values takes a few bytes. Bit 20 of the count says that the
/// columns of details follow.
extension FlowBlock {
    func encode(into writer: inout ByteWriter) {
        writer.reserve(32 * count + 20 * addresses.count + 64)
        writer.append(varint: hasDetails ? count | Self.detailsBit : count)
        writer.append(varint: streams.count)
        for stream in streams { stream.encode(into: &writer) }
        writer.append(varint: addresses.count)
        for address in addresses { address.encode(into: &writer) }
        Self.encode(stream, &writer)
        Self.encode(start, &writer)
        Self.encode(end, &writer)
        Self.encode(status, &writer)
        Self.encode(direction, &writer)
        Self.encode(transport, &writer)
        Self.encode(source, &writer)
        Self.encode(destination, &writer)
        Self.encode(sourcePort, &writer)
        Self.encode(destinationPort, &writer)
        Self.encode(tcpFlags, &writer)
        Self.encode(action, &writer)
        Self.encode(packets, &writer)
        Self.encode(bytes, &writer)
        Self.encode(mark, &writer)
        guard hasDetails else { return }
        Self.encode(firstPacket, &writer)
        Self.encode(lastPacket, &writer)
        Self.encode(rejectReasons, &writer)
    }

    private static let detailsBit = 1 << 20

    /// Reads a block and checks all that its readers rely on.
    init(from reader: inout ByteReader) throws(ByteReader.Malformed) {
        guard let head = Int(exactly: try reader.varint()) else { throw ByteReader.Malformed() }
        let rows = head & ~Self.detailsBit
        guard (1...Self.maximumRecords).contains(rows) else { throw ByteReader.Malformed() }
        let streamCount = try reader.count(smallest: 6)
        for _ in 0..<streamCount { streams.append(try FlowStream(from: &reader)) }
        let addressCount = try reader.count(smallest: 5)
        addresses.reserveCapacity(addressCount)
        for _ in 0..<addressCount { addresses.append(try IPAddress(from: &reader)) }
        stream = try Self.column(rows, &reader)
        start = try Self.column(rows, &reader)
        end = try Self.column(rows, &reader)
        status = try Self.column(rows, &reader)
        direction = try Self.column(rows, &reader)
        transport = try Self.column(rows, &reader)
        source = try Self.column(rows, &reader)
        destination = try Self.column(rows, &reader)
        sourcePort = try Self.column(rows, &reader)
        destinationPort = try Self.column(rows, &reader)
        tcpFlags = try Self.column(rows, &reader)
        action = try Self.column(rows, &reader)
        packets = try Self.column(rows, &reader)
        bytes = try Self.column(rows, &reader)
        mark = try Self.column(rows, &reader)
        if head & Self.detailsBit != 0 {
            firstPacket = try Self.column(rows, &reader)
            lastPacket = try Self.column(rows, &reader)
            rejectReasons = try Self.column(rows, &reader)
        }
        guard isValid, isVaried else { throw ByteReader.Malformed() }
    }

    /// Whether the records differ in something, as those of windows do: then each takes a byte at least, and no few
    /// bytes stand for very many records.
    private var isVaried: Bool {
        func varies<T: Equatable>(_ column: [T]) -> Bool { column.contains { $0 != column.first } }
        return count < 2 || varies(source) || varies(destination) || varies(sourcePort) || varies(destinationPort)
            || varies(stream) || varies(start) || varies(end) || varies(status) || varies(direction)
            || varies(transport) || varies(tcpFlags) || varies(action) || varies(packets) || varies(bytes)
            || varies(mark)
    }

    /// Whether the columns keep what the type promises.
    var isValid: Bool {
        let rows = count
        let sizes = [
            start.count, end.count, status.count, direction.count, transport.count, source.count, destination.count,
            sourcePort.count, destinationPort.count, tcpFlags.count, action.count, packets.count, bytes.count,
            mark.count,
        ]
        guard rows <= Self.maximumRecords, sizes.allSatisfy({ $0 == rows }) else { return false }
        guard rows > 0 else { return true }
        return (stream.max() ?? 0) < streams.count && (source.max() ?? 0) < addresses.count
            && (destination.max() ?? 0) < addresses.count
            && (status.max() ?? 0) <= FlowLogStatus.skipData.rawValue
            && (direction.max() ?? 0) <= FlowDirection.egress.rawValue
            && (action.max() ?? 0) <= FlowAction.reject.rawValue
            && (packets.max() ?? 0) <= UInt64(Int64.max) && (bytes.max() ?? 0) <= UInt64(Int64.max)
            && (end.max() ?? 0) <= FlowWindow.latestMilliseconds && (start.min() ?? 0) >= 0
            && zip(start, end).allSatisfy { $0 < $1 } && hasValidDetails
    }

    /// Whether the columns of details do.
    var hasValidDetails: Bool {
        [firstPacket.count, lastPacket.count, rejectReasons.count].allSatisfy { $0 == (hasDetails ? count : 0) }
            && (firstPacket.min() ?? 0) >= 0 && (lastPacket.max() ?? 0) <= FlowWindow.latestMilliseconds
            && zip(firstPacket, lastPacket).allSatisfy { $0 <= $1 }
    }

    private static func encode<T: FixedWidthInteger>(_ column: [T], _ writer: inout ByteWriter) {
        let low = column.min() ?? 0
        let span = UInt64(truncatingIfNeeded: column.max() ?? 0) &- UInt64(truncatingIfNeeded: low)
        writer.append(little: UInt64(truncatingIfNeeded: low))
        switch span {
        case 0: writer.append(0)
        case ...0xff: put(column, low, UInt8.self, &writer)
        case ...0xffff: put(column, low, UInt16.self, &writer)
        case ...0xffff_ffff: put(column, low, UInt32.self, &writer)
        default: put(column, low, UInt64.self, &writer)
        }
    }

    private static func put<T: FixedWidthInteger, W: FixedWidthInteger>(
        _ column: [T], _ low: T, _ width: W.Type, _ writer: inout ByteWriter
    ) {
        writer.append(UInt8(W.bitWidth / 8))
        let offsets = column.map { W(truncatingIfNeeded: $0 &- low).littleEndian }
        offsets.withUnsafeBytes { writer.append(raw: $0) }
    }

    private static func column<T: FixedWidthInteger>(
        _ rows: Int, _ reader: inout ByteReader
    ) throws(ByteReader.Malformed) -> [T] {
        let base = try reader.little(UInt64.self)
        guard let low = T.wide(base) else { throw ByteReader.Malformed() }
        switch try reader.byte() {
        case 0: return Array(repeating: low, count: rows)
        case 1: return try get(rows, low, UInt8.self, &reader)
        case 2: return try get(rows, low, UInt16.self, &reader)
        case 4: return try get(rows, low, UInt32.self, &reader)
        case 8: return try get(rows, low, UInt64.self, &reader)
        default: throw ByteReader.Malformed()
        }
    }

    private static func get<T: FixedWidthInteger, W: FixedWidthInteger & UnsignedInteger>(
        _ rows: Int, _ low: T, _ width: W.Type, _ reader: inout ByteReader
    ) throws(ByteReader.Malformed) -> [T] {
        let size = W.bitWidth / 8
        guard W.bitWidth <= T.bitWidth, reader.remaining >= rows * size else { throw ByteReader.Malformed() }
        let at = reader.offset
        let values = reader.bytes.withUnsafeBytes { raw in
            [T](unsafeUninitializedCapacity: rows) { out, made in
                for row in 0..<rows {
                    let offset = W(littleEndian: raw.loadUnaligned(fromByteOffset: at + row * size, as: W.self))
                    out[row] = low &+ T(truncatingIfNeeded: offset)
                }
                made = rows
            }
        }
        try reader.skip(rows * size)
        return values
    }
}

extension FixedWidthInteger {
    /// The value whose bits, widened to 64, are these; `nil` when there is none.
    fileprivate static func wide(_ bits: UInt64) -> Self? {
        let value = Self(truncatingIfNeeded: bits)
        return UInt64(truncatingIfNeeded: value) == bits ? value : nil
    }
}

extension FlowStream {
    func encode(into writer: inout ByteWriter) {
        writer.append(accountID)
        writer.append(flowLogID)
        writer.append(networkInterfaceID)
        writer.append(vpcID)
        writer.append(subnetID)
        writer.append(instanceID)
    }

    init(from reader: inout ByteReader) throws(ByteReader.Malformed) {
        accountID = try reader.text()
        flowLogID = try reader.text()
        networkInterfaceID = try reader.text()
        vpcID = try reader.optionalText()
        subnetID = try reader.optionalText()
        instanceID = try reader.optionalText()
    }
}

extension IPAddress {
    func encode(into writer: inout ByteWriter) {
        writer.append(family.rawValue)
        switch family {
        case .ipv4: writer.append(little: UInt32(truncatingIfNeeded: low))
        case .ipv6:
            writer.append(little: high)
            writer.append(little: low)
        }
    }

    init(from reader: inout ByteReader) throws(ByteReader.Malformed) {
        switch Family(rawValue: try reader.byte()) {
        case .ipv4: self.init(IPv4Address(rawValue: try reader.little(UInt32.self)))
        case .ipv6:
            let high = try reader.little(UInt64.self)
            self.init(ipv6High: high, low: try reader.little(UInt64.self))
        case nil: throw ByteReader.Malformed()
        }
    }
}
