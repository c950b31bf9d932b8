import Parquet

/// Any bytes as a Parquet file: what is accepted comes back the same when it is written again.
func fuzzParquet(_ bytes: UnsafeRawBufferPointer) {
    var limits = ParquetLimits()
    limits.pageBytes = 1 << 18
    limits.chunkBytes = 1 << 20
    limits.footerBytes = 1 << 16
    limits.rows = 1 << 14
    limits.columns = 16
    limits.rowGroups = 16
    guard let reader = try? ParquetReader(ParquetBytes(Array(bytes)), limits: limits) else { return }
    for group in reader.rowGroups.indices {
        for (column, definition) in reader.schema.enumerated() {
            if let filter = try? reader.bloomFilter(column: column, rowGroup: group) {
                _ = filter.mayContain(.text("10.0.0.1"))
                _ = filter.mayContain(.unsigned(443))
            }
            guard let data = try? reader.read(column: column, rowGroup: group) else { continue }
            precondition(data.count == reader.rowGroups[group].rows)
            check(data, definition, limits)
        }
    }
}

private func check(_ data: ParquetColumnData, _ column: ParquetColumn, _ limits: ParquetLimits) {
    guard data.count > 0 else { return }
    guard var writer = try? ParquetWriter(schema: [column], createdBy: "fuzz", pageRows: 1_000),
        let body = try? writer.add([data]), let end = try? writer.finish(),
        let reader = try? ParquetReader(ParquetBytes(body + end)), let again = try? reader.read(column: 0, rowGroup: 0)
    else { preconditionFailure("what was read cannot be written: \(column)") }
    precondition(again.present == data.present || again.present == nil && data.present?.contains(false) != true)
    switch (data.values, again.values) {
    case (.text(let before, let first), .text(let after, let second)):
        for row in first.indices where data.present?[row] ?? true {
            precondition(before[Int(first[row])].utf8.elementsEqual(after[Int(second[row])].utf8))
        }
    default: precondition(data.values == again.values)
    }
}
