import GRDB

/// Reads one page of a search, inside a read transaction.
struct FlowSearch {
    private let db: Database
    private let query: FlowQuery
    private let filter: FlowFilter
    /// Number of the last record that was there when the first page was read.
    private let snapshot: Int64
    private var page = FlowPage(records: [], cursor: nil)

    private enum Part: Equatable { case closed, open }

    init(_ db: Database, _ query: FlowQuery) throws {
        self.db = db
        self.query = query
        filter = try FlowFilter(query, db)
        snapshot = try Self.lastRecord(db)
    }

    /// Number of the newest record there ever was, also when it has been deleted.
    static func lastRecord(_ db: Database) throws -> Int64 {
        max(0, try Int64.fetchOne(db, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'record'") ?? 0)
    }

    mutating func run() throws -> FlowPage {
        let parts: [Part] = !query.includeOpen ? [.closed] : query.newestFirst ? [.open, .closed] : [.closed, .open]
        var position: FlowCursor?
        if let cursor = query.cursor { position = try FlowCursor(text: cursor) }
        let first = try parts.firstIndex(of: part(position) ?? parts[0]).orThrow()
        let pinned = try pinnedSnapshot(position)
        for index in first..<parts.count {
            let next: FlowCursor?
            switch parts[index] {
            case .closed: next = try readClosed(after: position, pinned)
            case .open: next = try readOpen(after: position, pinned)
            }
            position = nil
            page.cursor = next?.text
            if next != nil { break }
            if count == query.limit, index + 1 < parts.count {
                page.cursor = Self.start(of: parts[index + 1], query, pinned).text
                break
            }
        }
        return page
    }

    private var count: Int { page.records.count + page.damaged.count }

    private func part(_ position: FlowCursor?) throws(FlowLogError) -> Part? {
        switch position {
        case nil: nil
        case .closed: .closed
        case .open: .open
        case .tail: throw .invalidCursor
        }
    }

    private func pinnedSnapshot(_ position: FlowCursor?) throws(FlowLogError) -> Int64 {
        switch position {
        case .closed(_, _, let pinned), .open(_, let pinned):
            guard pinned <= snapshot else { throw .invalidCursor }
            return pinned
        default: return snapshot
        }
    }

    private static func start(of part: Part, _ query: FlowQuery, _ pinned: Int64) -> FlowCursor {
        guard part == .closed else { return .open(offset: 0, snapshot: pinned) }
        let edge: Int64 = query.newestFirst ? .max : 0
        return .closed(end: edge, id: edge, snapshot: pinned)
    }

    /// Returns where to go on when there are more closed records than the page takes.
    private mutating func readClosed(after position: FlowCursor?, _ pinned: Int64) throws -> FlowCursor? {
        var conditions = ["+r.id <= ?"]
        var values = [pinned]
        if case .closed(let end, let id, _) = position {
            conditions.append("(r.window_end, r.id) \(query.newestFirst ? "<" : ">") (?, ?)")
            values += [end, id]
        }
        let room = query.limit - count
        let rows = try Row.fetchCursor(
            db, sql: Self.closedSQL(query, filter, conditions), arguments: filter.arguments(values + [Int64(room) + 1]))
        var taken = 0
        var last: (end: Int64, id: Int64) = (0, 0)
        while let row = try rows.next() {
            if taken == room { return .closed(end: last.end, id: last.id, snapshot: pinned) }
            taken += 1
            let id = Int64.fromDatabaseValue(row[17]) ?? 0
            last = (Int64.fromDatabaseValue(row[1]) ?? 0, id)
            add(row, id: id, isOpen: false)
        }
        return nil
    }

    static func closedSQL(_ query: FlowQuery, _ filter: FlowFilter, _ conditions: [String]) -> String {
        let order = query.newestFirst ? "DESC" : "ASC"
        return """
            SELECT \(FlowRecord.columns), r.id
            FROM record r INDEXED BY \(filter.stream == nil ? "record_by_end" : "record_by_stream")
            CROSS JOIN stream s ON s.id = r.stream \(filter.clause(conditions))
            ORDER BY r.window_end \(order), r.id \(order) LIMIT ?
            """
    }

    private mutating func readOpen(after position: FlowCursor?, _ pinned: Int64) throws -> FlowCursor? {
        var offset: Int64 = 0
        if case .open(let start, _) = position { offset = start }
        let room = query.limit - count
        let order = query.newestFirst ? "DESC" : "ASC"
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT \(FlowRecord.columns) FROM open_record r CROSS JOIN stream s ON s.id = r.stream
                \(filter.clause())
                ORDER BY r.window_end \(order), r.window, r.status, r.action, r.direction, r.transport, r.source,
                    r.destination, r.source_port, r.destination_port LIMIT ? OFFSET ?
                """, arguments: filter.arguments([Int64(room) + 1, offset]))
        var taken = 0
        while let row = try rows.next() {
            if taken == room {
                return .open(offset: offset.addingReportingOverflow(Int64(room)).partialValue, snapshot: pinned)
            }
            taken += 1
            add(row, id: 0, isOpen: true)
        }
        return nil
    }

    private mutating func add(_ row: Row, id: Int64, isOpen: Bool) {
        if let record = FlowRecord(row: row, isOpen: isOpen) {
            page.records.append(record)
        } else {
            page.damaged.append("record \(id)")
        }
    }
}

extension Optional {
    /// A cursor of a part that the query does not have.
    fileprivate func orThrow() throws(FlowLogError) -> Wrapped {
        guard let self else { throw .invalidCursor }
        return self
    }
}
