import GRDB
import Synchronization

extension SQLiteFlowLogStore {
    public func search(_ query: FlowQuery) async throws(FlowLogError) -> FlowPage {
        try query.check()
        return try await read { db in
            var search = try FlowSearch(db, query)
            return try search.run()
        }
    }

    public func sums(_ query: FlowQuery) async throws(FlowLogError) -> FlowSums {
        try query.check()
        return try await read { db in
            let filter = try FlowFilter(query, db)
            var totals = FlowTotals()
            try totals.add(db, filter, table: "record r")
            if query.includeOpen { try totals.add(db, filter, table: "open_record r") }
            return totals.sums
        }
    }

    public func tail(_ query: FlowQuery, patience: Duration) async throws(FlowLogError) -> FlowPage {
        try query.check()
        let deadline = ContinuousClock.now.advanced(by: min(max(patience, .zero), .seconds(3600)))
        var query = query
        while true {
            // Taken before reading, so that what closes meanwhile is not waited for.
            let seen = signal.generation
            let next = query
            let page = try await read { db in try Self.tailPage(db, next) }
            let left = ContinuousClock.now.duration(to: deadline)
            guard page.records.isEmpty, page.damaged.isEmpty, left > .zero else { return page }
            query.cursor = page.cursor
            await signal.wait(after: seen, atMost: left)
            if Task.isCancelled { throw .cancelled }
        }
    }

    private static func tailPage(_ db: Database, _ query: FlowQuery) throws -> FlowPage {
        let newest = try FlowSearch.lastRecord(db)
        guard let text = query.cursor else {
            return FlowPage(records: [], cursor: FlowCursor.tail(id: newest).text)
        }
        guard case .tail(let after) = try FlowCursor(text: text), after <= newest else {
            throw FlowLogError.invalidCursor
        }
        let filter = try FlowFilter(query, db)
        let rows = try Row.fetchCursor(
            db, sql: tailSQL(filter), arguments: filter.arguments([after, Int64(query.limit)]))
        var page = FlowPage(records: [], cursor: nil)
        var last = newest
        var taken = 0
        while let row = try rows.next() {
            taken += 1
            let id = Int64.fromDatabaseValue(row[17]) ?? newest
            if taken == query.limit { last = id }
            if let record = FlowRecord(row: row, isOpen: false) {
                page.records.append(record)
            } else {
                page.damaged.append("record \(id)")
            }
        }
        page.cursor = FlowCursor.tail(id: last).text
        return page
    }

    static func tailSQL(_ filter: FlowFilter) -> String {
        """
        SELECT \(FlowRecord.columns), r.id FROM record r NOT INDEXED CROSS JOIN stream s ON s.id = r.stream
        \(filter.clause(["r.id > ?"])) ORDER BY r.id LIMIT ?
        """
    }

    public func statistics() async throws(FlowLogError) -> FlowStatistics {
        var statistics = try await read(FlowCounters.statistics)
        statistics.repeatedBatches = repeatedBatches.load(ordering: .relaxed)
        return statistics
    }
}
