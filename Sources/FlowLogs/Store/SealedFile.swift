import Glibc
import Model
import Parquet
import Synchronization

/// A file of sealed records. Opened when it is first read; the footer stays in memory.
final class SealedFile: Sendable {
    let info: FlowCatalogue.File
    let name: String
    let path: String
    private let reader = Mutex<ParquetReader?>(nil)
    private let isDoomed = Atomic<Bool>(false)

    init(_ info: FlowCatalogue.File, _ directory: FlowDirectory) {
        self.info = info
        name = FlowDirectory.records(info.generation)
        path = directory.file(name)
    }

    deinit { if isDoomed.load(ordering: .relaxed) { unlink(path) } }

    /// The file goes with its last reader.
    func doom() { isDoomed.store(true, ordering: .relaxed) }

    /// What stands for its records when they cannot be found.
    var lost: LostSegment? {
        info.damage.map {
            LostSegment(name: name, firstNumber: info.firstRecord, count: Int(info.records), what: $0)
        }
    }

    var segments: [SealedSegment] {
        var number = info.firstRecord
        return info.rowGroups.enumerated().map { position, group in
            defer { number += Int64(group.records) }
            return SealedSegment(
                file: self, position: position, firstNumber: number, count: group.records, ends: group.ends)
        }
    }

    /// - Throws: `damaged` when it is not the file that was sealed.
    func open() throws(FlowLogError) -> ParquetReader {
        if let open = reader.withLock({ $0 }) { return open }
        do throws(ParquetError) {
            let fresh = try ParquetReader(try ParquetFile(path: path))
            guard fresh.rowGroups.map(\.rows) == info.rowGroups.map(\.records) else {
                throw .damaged("its row groups are not those that were sealed")
            }
            reader.withLock { $0 = fresh }
            return fresh
        } catch { throw .damaged(name, "\(error)") }
    }
}

/// Records of which nothing is known but that they were there: whoever would read them is told.
struct LostSegment: FlowSegment {
    let name: String
    let firstNumber: Int64
    let count: Int
    let what: String

    var ends: ClosedRange<Int64> { 0...FlowWindow.latestMilliseconds }

    func read(_ columns: FlowColumns, into block: inout FlowBlock, after read: FlowColumns) throws(FlowLogError) {
        throw .damaged(name, what)
    }
}

/// A row group of a sealed file.
struct SealedSegment: FlowSegment {
    let file: SealedFile
    let position: Int
    let firstNumber: Int64
    let count: Int
    let ends: ClosedRange<Int64>

    var name: String { "\(file.name) row group \(position)" }

    func read(
        _ columns: FlowColumns, into block: inout FlowBlock, after read: FlowColumns
    ) throws(FlowLogError) {
        let reader = try file.open()
        do throws(ParquetError) {
            try FlowFileReader(reader, rowGroup: position, rows: count).read(columns, into: &block, after: read)
        } catch { throw .damaged(name, "\(error)") }
    }

    func bounds(of field: FlowCondition.NumberField) -> ClosedRange<UInt64>? {
        let column =
            switch field {
            case .sourcePort: "srcport"
            case .destinationPort: "dstport"
            case .transport: "protocol"
            case .packets: "packets"
            case .bytes: "bytes"
            }
        guard let chunk = chunk(column), case .unsigned(let low) = chunk.minimum,
            case .unsigned(let high) = chunk.maximum,
            low <= high
        else { return nil }
        return low...high
    }

    func mayHold(_ block: AddressBlock, as field: FlowCondition.AddressField) -> Bool {
        guard block.first == block.last else { return true }
        return bloom(field == .source ? "srcaddr" : "dstaddr", block.first.description)
    }

    func mayHold(_ name: String, as field: FlowCondition.TextField) -> Bool {
        switch field {
        case .flowLog: inBounds("flow-log-id", name)
        case .networkInterface: inBounds("eni-id", name) && bloom("eni-id", name)
        case .vpc: inBounds("vpc-id", name)
        case .subnet: inBounds("subnet-id", name)
        case .instance: inBounds("vm-id", name)
        }
    }

    func mayHold(accountID: String) -> Bool { inBounds("account-id", accountID) }

    // What cannot be asked may hold anything: reading it then says what is wrong.

    private func chunk(_ column: String) -> ParquetColumnChunk? {
        guard let reader = try? file.open(), let index = reader.column(column), position < reader.rowGroups.count,
            index < reader.rowGroups[position].columns.count
        else { return nil }
        return reader.rowGroups[position].columns[index]
    }

    private func inBounds(_ column: String, _ text: String) -> Bool {
        guard let chunk = chunk(column), case .text(let low) = chunk.minimum, case .text(let high) = chunk.maximum
        else {
            return true
        }
        return !text.utf8.lexicographicallyPrecedes(low.utf8) && !high.utf8.lexicographicallyPrecedes(text.utf8)
    }

    private func bloom(_ column: String, _ text: String) -> Bool {
        guard let reader = try? file.open(), let index = reader.column(column) else { return true }
        return (try? reader.mayContain(.text(text), column: index, rowGroup: position)) ?? true
    }
}
