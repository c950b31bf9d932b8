import GRDB

/// Adds up what matches a filter. Numbers are summed in halves of 32 bits, which SQLite adds without overflow.
struct FlowTotals {
    private(set) var sums = FlowSums()

    mutating func add(_ db: Database, _ filter: FlowFilter, table: String) throws {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT r.status, r.action, count(*), sum(r.packets >> 32), sum(r.packets & 4294967295),
                    sum(r.bytes >> 32), sum(r.bytes & 4294967295),
                    sum(CASE r.status WHEN 2 THEN r.mark & \(FlowLoss.Causes.uncounted.rawValue) ELSE r.mark END <> 0)
                FROM \(table) \(filter.clause()) GROUP BY r.status, r.action
                """, arguments: filter.arguments())
        while let row = try rows.next() {
            func number(_ column: Int) -> UInt64 { UInt64(clamping: Int64.fromDatabaseValue(row[column]) ?? 0) }
            if number(7) > 0 { sums.isExact = false }
            let packets = whole(number(3), number(4))
            let bytes = whole(number(5), number(6))
            switch (Int64.fromDatabaseValue(row[0]), Int64.fromDatabaseValue(row[1])) {
            case (0, 0): add(number(2), packets, bytes, to: \.accepted)
            case (0, 1): add(number(2), packets, bytes, to: \.rejected)
            case (1, _): sums.idleWindows = sum(sums.idleWindows, number(2))
            case (2, _): add(number(2), packets, bytes, to: \.lost)
            default: sums.isExact = false
            }
        }
    }

    private mutating func add(
        _ records: UInt64, _ packets: UInt64, _ bytes: UInt64, to part: WritableKeyPath<FlowSums, FlowSums.Count>
    ) {
        sums[keyPath: part].records = sum(sums[keyPath: part].records, records)
        sums[keyPath: part].packets = sum(sums[keyPath: part].packets, packets)
        sums[keyPath: part].bytes = sum(sums[keyPath: part].bytes, bytes)
    }

    private mutating func whole(_ high: UInt64, _ low: UInt64) -> UInt64 {
        let (shifted, overflow) = high.multipliedReportingOverflow(by: 1 << 32)
        if overflow { sums.isExact = false }
        return overflow ? .max : sum(shifted, low)
    }

    private mutating func sum(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (value, overflow) = left.addingReportingOverflow(right)
        if overflow { sums.isExact = false }
        return overflow ? .max : value
    }
}
