import Parquet

/// Flow records as one Parquet file, with the columns of the store's own files: bytes that follow each other.
public struct FlowParquetWriter {
    private var writer: ParquetWriter
    private var group = FlowBlockBuilder()

    /// - Throws: `damaged` when no such file can be made; never for the columns as they are.
    public init() throws(FlowLogError) {
        do { writer = try ParquetWriter(schema: FlowFileFormat.schema, createdBy: "weir version 1") } catch {
            throw .damaged("export", "\(error)")
        }
    }

    /// Takes a record and returns the bytes that are complete with it, mostly none.
    /// - Throws: `damaged` when the record does not fit the columns.
    public mutating func append(_ record: FlowRecord) throws(FlowLogError) -> [UInt8] {
        let bytes = group.isFull ? try endGroup() : []
        guard record.window.start >= 0, record.window.end <= FlowWindow.latestMilliseconds, group.append(record) else {
            throw .damaged("export", "a record with an impossible window")
        }
        return bytes
    }

    /// The rest of the file.
    /// - Throws: `damaged`, as `append`.
    public mutating func finish() throws(FlowLogError) -> [UInt8] {
        var bytes = group.block.isEmpty ? [] : try endGroup()
        do { bytes += try writer.finish() } catch { throw .damaged("export", "\(error)") }
        return bytes
    }

    private mutating func endGroup() throws(FlowLogError) -> [UInt8] {
        defer { group = FlowBlockBuilder() }
        do { return try writer.add(FlowFileFormat.columns(group.block)) } catch { throw .damaged("export", "\(error)") }
    }
}
