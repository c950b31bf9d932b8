import Model
import Packet
import Parquet

/// Reads a row group of a sealed file as a block. The file may be damaged: every value is checked.
struct FlowFileReader {
    private let reader: ParquetReader
    private let rowGroup: Int
    private let rows: Int

    init(_ reader: ParquetReader, rowGroup: Int, rows: Int) {
        self.reader = reader
        self.rowGroup = rowGroup
        self.rows = rows
    }

    /// Columns that are not asked for are zeros.
    func block(_ columns: FlowColumns) throws(ParquetError) -> FlowBlock {
        guard rows <= FlowBlock.maximumRecords else { throw .damaged("\(rows) rows in a row group") }
        var block = FlowBlock()
        block.status = try codes("log-status", FlowFileFormat.statuses)
        (block.streams, block.stream) = try streams()
        let zeros8 = [UInt8](repeating: 0, count: rows)
        let zeros16 = [UInt16](repeating: 0, count: rows)
        let zeros32 = [UInt32](repeating: 0, count: rows)
        let zeros64 = [UInt64](repeating: 0, count: rows)
        let noTimes = [Int64](repeating: 0, count: rows)
        block.start = columns.contains(.start) ? try seconds("start") : noTimes
        block.end = columns.contains(.end) ? try seconds("end") : noTimes
        block.direction = columns.contains(.direction) ? try codes("direction", FlowFileFormat.directions) : zeros8
        block.transport = columns.contains(.transport) ? try uint8("protocol") : zeros8
        block.source = columns.contains(.source) ? try addresses("srcaddr", &block) : zeros32
        block.destination = columns.contains(.destination) ? try addresses("dstaddr", &block) : zeros32
        if block.addresses.isEmpty { block.addresses = [IPAddress(IPv4Address(rawValue: 0))] }
        block.sourcePort = columns.contains(.sourcePort) ? try uint16("srcport") : zeros16
        block.destinationPort = columns.contains(.destinationPort) ? try uint16("dstport") : zeros16
        block.tcpFlags = columns.contains(.tcpFlags) ? try uint8("tcp-flags") : zeros8
        block.action = columns.contains(.action) ? try codes("action", FlowFileFormat.actions) : zeros8
        block.packets = columns.contains(.packets) ? try counts("packets", "lost-packets") : zeros64
        block.bytes = columns.contains(.bytes) ? try counts("bytes", "lost-bytes") : zeros64
        block.mark = columns.contains(.mark) ? try marks(block.status) : zeros32
        if columns.contains(.details) { try readDetails(&block) }
        if columns == .all, !block.isValid { throw .damaged("values that no flow record has") }
        return block
    }

    /// Leaves the columns empty when no record has details; files of earlier versions have no such columns.
    private func readDetails(_ block: inout FlowBlock) throws(ParquetError) {
        typealias Format = FlowFileFormat
        guard reader.column(Format.firstPacket) != nil else { return }
        let (hasNoTimes, hasNoReasons) = (try hasNoValue(Format.firstPacket), try hasNoValue(Format.rejectReason))
        guard !hasNoTimes || !hasNoReasons else { return }
        block.firstPacket = try milliseconds(Format.firstPacket)
        block.lastPacket = try milliseconds(Format.lastPacket)
        let (texts, indices, present) = try text(Format.rejectReason)
        let reasons = texts.map { RejectReasons(text: $0).rawValue }
        block.rejectReasons = indices.indices.map { present?[$0] ?? true ? reasons[Int(indices[$0])] : 0 }
        guard block.hasValidDetails else { throw .damaged("times of packets that no flow record has") }
    }

    // MARK: Columns

    private func chunk(_ name: String) throws(ParquetError) -> (index: Int, chunk: ParquetColumnChunk) {
        guard let index = reader.column(name), rowGroup < reader.rowGroups.count else {
            throw .damaged("no column \(name)")
        }
        return (index, reader.rowGroups[rowGroup].columns[index])
    }

    private func read(_ name: String) throws(ParquetError) -> ParquetColumnData {
        let data = try reader.read(column: try chunk(name).index, rowGroup: rowGroup)
        guard data.count == rows else { throw .damaged("column \(name) has \(data.count) rows instead of \(rows)") }
        return data
    }

    private func hasNoValue(_ name: String) throws(ParquetError) -> Bool { try chunk(name).chunk.nullCount == rows }

    private func uint8(_ name: String) throws(ParquetError) -> [UInt8] {
        guard case .uint8(let values) = try read(name).values else { throw wrong(name) }
        return values
    }

    private func uint16(_ name: String) throws(ParquetError) -> [UInt16] {
        guard case .uint16(let values) = try read(name).values else { throw wrong(name) }
        return values
    }

    private func uint64(_ name: String) throws(ParquetError) -> [UInt64] {
        guard case .uint64(let values) = try read(name).values else { throw wrong(name) }
        return values
    }

    private func wrong(_ name: String) -> ParquetError { .damaged("column \(name) is of another type") }

    private func seconds(_ name: String) throws(ParquetError) -> [Int64] { try milliseconds(name).map { $0 / 1000 } }

    /// 0 where there is none.
    private func milliseconds(_ name: String) throws(ParquetError) -> [Int64] {
        guard case .int64(let values) = try read(name).values else { throw wrong(name) }
        return values
    }

    /// The count of traffic or of what was lost: a row has one of them at most, and 0 for the other.
    private func counts(_ traffic: String, _ lost: String) throws(ParquetError) -> [UInt64] {
        let values = try uint64(traffic)
        guard try !hasNoValue(lost) else { return values }
        let others = try uint64(lost)
        return zip(values, others).map { $0 | $1 }
    }

    private func marks(_ status: [UInt8]) throws(ParquetError) -> [UInt32] {
        let saturated = try uint8(FlowFileFormat.saturated)
        guard try !hasNoValue("loss-causes") else { return saturated.map { UInt32($0) } }
        let (texts, indices, _) = try text("loss-causes")
        let causes = texts.map(FlowFileFormat.causes)
        return status.indices.map { row in
            status[row] == FlowLogStatus.skipData.rawValue ? causes[Int(indices[row])] : UInt32(saturated[row])
        }
    }

    /// Distinct texts and each row's index of them, which is in range.
    private func text(_ name: String) throws(ParquetError) -> ([String], [UInt32], [Bool]?) {
        let chunk = try chunk(name).chunk
        if chunk.nullCount == rows {
            return ([""], Array(repeating: 0, count: rows), Array(repeating: false, count: rows))
        }
        // A column of one value is known without reading it.
        if chunk.nullCount == 0, case .text(let low) = chunk.minimum, case .text(let high) = chunk.maximum,
            low.utf8.elementsEqual(high.utf8)
        {
            return ([low], Array(repeating: 0, count: rows), nil)
        }
        let data = try read(name)
        guard case .text(var texts, let indices) = data.values else { throw wrong(name) }
        if texts.isEmpty { texts = [""] }
        guard (indices.max() ?? 0) < texts.count else { throw .damaged("column \(name) has an index out of range") }
        return (texts, indices, data.present)
    }

    private func codes(_ name: String, _ known: [String]) throws(ParquetError) -> [UInt8] {
        let (texts, indices, present) = try text(name)
        var table: [UInt8] = []
        for text in texts {
            if let code = known.firstIndex(of: text) {
                table.append(UInt8(code))
            } else if present != nil, text.isEmpty {
                table.append(0)
            } else {
                throw .damaged("column \(name) has the value \(text)")
            }
        }
        return indices.map { table[Int($0)] }
    }

    private func addresses(_ name: String, _ block: inout FlowBlock) throws(ParquetError) -> [UInt32] {
        let (texts, indices, present) = try text(name)
        let base = UInt32(block.addresses.count)
        for text in texts {
            if let address = IPAddress(text) {
                block.addresses.append(address)
            } else if present != nil, text.isEmpty {
                block.addresses.append(IPAddress(IPv4Address(rawValue: 0)))
            } else {
                throw .damaged("column \(name) has the value \(text)")
            }
        }
        guard let present else { return base == 0 ? indices : indices.map { $0 + base } }
        return zip(indices, present).map { $1 ? $0 + base : 0 }
    }

    private func streams() throws(ParquetError) -> ([FlowStream], [UInt32]) {
        var texts: [([String], [UInt32], [Bool]?)] = []
        for name in ["account-id", "flow-log-id", "eni-id", "vpc-id", "subnet-id", "vm-id"] {
            texts.append(try text(name))
        }
        func name(_ column: Int, _ row: Int) -> String? {
            let (names, indices, present) = texts[column]
            if let present, !present[row] { return nil }
            return names[Int(indices[row])]
        }
        func stream(_ row: Int) -> FlowStream {
            FlowStream(
                accountID: name(0, row) ?? "", flowLogID: name(1, row) ?? "", networkInterfaceID: name(2, row) ?? "",
                vpcID: name(3, row), subnetID: name(4, row), instanceID: name(5, row))
        }
        if texts.allSatisfy({ $0.0.count == 1 && ($0.2.map { !$0.contains(true) } ?? true) }), rows > 0 {
            return ([stream(0)], Array(repeating: 0, count: rows))
        }
        // Streams come in runs: names are looked at where an index changes.
        var streams: [FlowStream] = []
        var known: [FlowStream: UInt32] = [:]
        var indices: [UInt32] = []
        indices.reserveCapacity(rows)
        for row in 0..<rows {
            if row > 0, texts.allSatisfy({ $0.1[row] == $0.1[row - 1] && $0.2?[row] == $0.2?[row - 1] }) {
                indices.append(indices[row - 1])
                continue
            }
            let stream = stream(row)
            let index = known[stream] ?? UInt32(streams.count)
            if index == streams.count {
                known[stream] = index
                streams.append(stream)
            }
            indices.append(index)
        }
        return (streams, indices)
    }
}
