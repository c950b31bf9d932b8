import Model
import Packet
import Parquet

/// Reads a row group of a sealed file as a block, column by column. The file may be damaged: every value is checked.
///
/// A column whose bounds are one value is known without reading it.
struct FlowFileReader {
    let reader: ParquetReader
    let rowGroup: Int
    let rows: Int

    init(_ reader: ParquetReader, rowGroup: Int, rows: Int) {
        self.reader = reader
        self.rowGroup = rowGroup
        self.rows = rows
    }

    /// Reads these columns into a block that has those of `read`, or is empty; what was not asked for is zeros.
    func read(
        _ columns: FlowColumns, into block: inout FlowBlock, after read: FlowColumns
    ) throws(ParquetError) {
        guard rows <= FlowBlock.maximumRecords else { throw .damaged("\(rows) rows in a row group") }
        let isFirst = block.isEmpty
        if isFirst {
            block = FlowZeros.block(rows)
            block.status = try codes("log-status", FlowFileFormat.statuses)
        }
        if isFirst || columns.contains(.names) { try readStreams(columns.contains(.names), &block) }
        if columns.contains(.start) { block.start = try seconds("start") }
        if columns.contains(.end) { block.end = try seconds("end") }
        if columns.contains(.direction) { block.direction = try codes("direction", FlowFileFormat.directions) }
        if columns.contains(.transport) { block.transport = try uint8("protocol") }
        if !columns.isDisjoint(with: [.source, .destination]) {
            // The one address that keeps the indices of zeros in range makes room.
            if read.isDisjoint(with: [.source, .destination]) { block.addresses = [] }
            if columns.contains(.source) { block.source = try addresses("srcaddr", &block.addresses) }
            if columns.contains(.destination) { block.destination = try addresses("dstaddr", &block.addresses) }
        }
        if columns.contains(.sourcePort) { block.sourcePort = try uint16("srcport") }
        if columns.contains(.destinationPort) { block.destinationPort = try uint16("dstport") }
        if columns.contains(.tcpFlags) { block.tcpFlags = try uint8("tcp-flags") }
        if columns.contains(.action) { block.action = try codes("action", FlowFileFormat.actions) }
        if columns.contains(.packets) { block.packets = try counts("packets", "lost-packets") }
        if columns.contains(.bytes) { block.bytes = try counts("bytes", "lost-bytes") }
        if columns.contains(.mark) { block.mark = try marks(block.status) }
        if columns.contains(.details) { try readDetails(&block) }
        if columns.union(read) == .all, !block.isValid { throw .damaged("values that no flow record has") }
    }

    /// Leaves the columns empty when no record has details; files of earlier versions have no such columns.
    private func readDetails(_ block: inout FlowBlock) throws(ParquetError) {
        typealias Format = FlowFileFormat
        guard reader.column(Format.firstPacket) != nil else { return }
        let (hasNoTimes, hasNoReasons) = (try hasNoValue(Format.firstPacket), try hasNoValue(Format.rejectReason))
        guard !hasNoTimes || !hasNoReasons else { return }
        block.firstPacket = try milliseconds(Format.firstPacket)
        block.lastPacket = try milliseconds(Format.lastPacket)
        let column = try texts(Format.rejectReason)
        let reasons = column.texts.map { RejectReasons(text: $0).rawValue }
        block.rejectReasons = column.indices.indices.map { row in
            column.present?[row] ?? true ? reasons[Int(column.indices[row])] : 0
        }
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

    /// What every row has there when the bounds say so; 0 when none has a value.
    private func constant(_ name: String) throws(ParquetError) -> UInt64? {
        let chunk = try chunk(name).chunk
        if chunk.nullCount == rows { return 0 }
        guard chunk.nullCount == 0, case .unsigned(let low) = chunk.minimum, chunk.maximum == .unsigned(low) else {
            return nil
        }
        return low
    }

    private func uint8(_ name: String) throws(ParquetError) -> [UInt8] {
        if let one = try constant(name).flatMap({ UInt8(exactly: $0) }) { return FlowZeros.bytes(rows, one) }
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

    private func seconds(_ name: String) throws(ParquetError) -> [Int64] {
        let chunk = try chunk(name).chunk
        if chunk.nullCount == 0, case .signed(let one) = chunk.minimum, chunk.maximum == .signed(one) {
            return Array(repeating: one / 1000, count: rows)
        }
        return try milliseconds(name).map { $0 / 1000 }
    }

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
        let isLossless = try hasNoValue("loss-causes")
        if isLossless, try constant(FlowFileFormat.saturated) == 0 { return FlowZeros.words(rows) }
        let saturated = try uint8(FlowFileFormat.saturated)
        guard !isLossless else { return saturated.map { UInt32($0) } }
        let column = try texts("loss-causes")
        let causes = column.texts.map(FlowFileFormat.causes)
        return status.indices.map { row in
            status[row] == FlowLogStatus.skipData.rawValue
                ? causes[Int(column.indices[row])] : UInt32(saturated[row])
        }
    }

    private func codes(_ name: String, _ known: [String]) throws(ParquetError) -> [UInt8] {
        let column = try texts(name)
        var table: [UInt8] = []
        for text in column.texts {
            if let code = known.firstIndex(of: text) {
                table.append(UInt8(code))
            } else if column.present != nil, text.isEmpty {
                table.append(0)
            } else {
                throw .damaged("column \(name) has the value \(text)")
            }
        }
        if let only = table.first, table.count == 1 { return FlowZeros.bytes(rows, only) }
        return column.indices.map { table[Int($0)] }
    }

    // MARK: Texts

    /// A column of few distinct texts.
    private struct Texts {
        /// At least one.
        var texts: [String]
        /// Of each row; in range.
        var indices: [UInt32]
        var present: [Bool]?
        /// All rows have the same, which is in the first.
        var isOne = false
    }

    private func texts(_ name: String) throws(ParquetError) -> Texts {
        let chunk = try chunk(name).chunk
        if chunk.nullCount == rows {
            return Texts(
                texts: [""], indices: FlowZeros.words(rows), present: Array(repeating: false, count: rows), isOne: true)
        }
        if chunk.nullCount == 0, case .text(let low) = chunk.minimum, case .text(let high) = chunk.maximum,
            low.utf8.elementsEqual(high.utf8)
        {
            return Texts(texts: [low], indices: FlowZeros.words(rows), isOne: true)
        }
        let data = try read(name)
        guard case .text(var texts, let indices) = data.values else { throw wrong(name) }
        if texts.isEmpty { texts = [""] }
        guard (indices.max() ?? 0) < texts.count else { throw .damaged("column \(name) has an index out of range") }
        return Texts(texts: texts, indices: indices, present: data.present)
    }

    /// Many distinct ones: made of the stored bytes, behind those that are there already.
    private func addresses(_ name: String, _ addresses: inout [IPAddress]) throws(ParquetError) -> [UInt32] {
        let (index, chunk) = try chunk(name)
        let base = UInt32(addresses.count)
        if chunk.nullCount == rows {
            addresses.append(IPAddress(IPv4Address(rawValue: 0)))
            return FlowZeros.words(rows)
        }
        let column = try reader.readTexts(column: index, rowGroup: rowGroup)
        guard column.indices.count == rows else {
            throw .damaged("column \(name) has \(column.indices.count) rows instead of \(rows)")
        }
        guard (column.indices.max() ?? 0) < max(1, column.places.count) else {
            throw .damaged("column \(name) has an index out of range")
        }
        addresses.reserveCapacity(addresses.count + column.places.count)
        let damaged = column.bytes.withUnsafeBufferPointer { bytes -> Range<Int>? in
            for place in column.places {
                guard let address = IPAddress(utf8: UnsafeBufferPointer(rebasing: bytes[place])) else { return place }
                addresses.append(address)
            }
            return nil
        }
        if let damaged {
            throw .damaged("column \(name) has the value \(String(decoding: column.bytes[damaged], as: UTF8.self))")
        }
        if column.places.isEmpty { addresses.append(IPAddress(IPv4Address(rawValue: 0))) }
        guard base > 0 else { return column.indices }
        guard let present = column.present else { return column.indices.map { $0 + base } }
        return zip(column.indices, present).map { $1 ? $0 + base : 0 }
    }

    // MARK: Streams

    private static let streamColumns = ["account-id", "flow-log-id", "eni-id", "vpc-id", "subnet-id", "vm-id"]

    /// Without names the accounts alone.
    private func readStreams(_ hasNames: Bool, _ block: inout FlowBlock) throws(ParquetError) {
        var columns: [Texts] = []
        for name in Self.streamColumns.prefix(hasNames ? 6 : 1) { columns.append(try texts(name)) }
        var indices = FlowZeros.words(rows)
        // A row of each stream.
        var examples = [0]
        for column in columns where !column.isOne {
            var codes = column.indices
            if let present = column.present {
                for row in 0..<min(rows, present.count) where !present[row] { codes[row] = UInt32(column.texts.count) }
            }
            var pairs = FlowPairTable(examples.count, column.texts.count + 1, rows: rows)
            examples = pairs.number(&indices, with: codes)
        }
        func name(_ column: Int, _ row: Int) -> String? {
            guard column < columns.count else { return nil }
            if let present = columns[column].present, !present[row] { return nil }
            return columns[column].texts[Int(columns[column].indices[row])]
        }
        block.stream = indices
        block.streams = examples.map { row in
            FlowStream(
                accountID: name(0, row) ?? "", flowLogID: name(1, row) ?? "", networkInterfaceID: name(2, row) ?? "",
                vpcID: name(3, row), subnetID: name(4, row), instanceID: name(5, row))
        }
    }
}
