/// Which rows of a chunk have a value, and how they are divided into pages.
struct RowPresence {
    struct Page {
        let rows: Int
        /// Of those rows that have one.
        let values: Range<Int>
        /// The definition levels as a page begins with them; empty if the column is not optional.
        let levels: [UInt8]
    }

    let pages: [Page]
    let nullCount: Int
    private let present: [Bool]?

    init(column: ParquetColumn, count: Int, present: [Bool]?, pageRows: Int) {
        var pages: [Page] = []
        var values = 0
        var start = 0
        while start < count {
            let rows = start..<min(count, start + pageRows)
            let levels =
                present.map { present in present[rows].map { $0 ? 1 as UInt32 : 0 } }
                ?? [UInt32](repeating: 1, count: rows.count)
            let end = values + levels.reduce(0) { $0 + Int($1) }
            pages.append(
                Page(
                    rows: rows.count, values: values..<end,
                    levels: column.isOptional ? Self.encode(levels) : []))
            values = end
            start = rows.upperBound
        }
        self.pages = pages
        self.present = values == count ? nil : present
        nullCount = count - values
    }

    private static func encode(_ levels: [UInt32]) -> [UInt8] {
        var runs: [UInt8] = []
        levels.withUnsafeBufferPointer { RLEHybrid.append($0, width: 1, to: &runs) }
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt32(runs.count))
        return bytes + runs
    }

    /// The values of the rows that have one.
    func compact<T>(_ values: [T]) -> [T] {
        guard let present else { return values }
        return zip(values, present).lazy.filter(\.1).map(\.0)
    }
}
