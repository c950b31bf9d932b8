import GRDB
import Model

extension SQLiteTransaction {
    func showing(_ access: any RowAccess) -> any ReadTransaction {
        var copy = self
        copy.shown = access
        return copy
    }

    func watched(by access: any RowAccess) -> any WriteTransaction {
        var copy = self
        copy.watcher = access
        return copy
    }

    /// This transaction as one that sees everything.
    private var open: SQLiteTransaction { SQLiteTransaction(db: db) }

    /// More rows than there are.
    private static var everything: Int { 1 << 40 }

    /// A page of the rows that are shown; the others take no place on it.
    func shownList<R: Resource>(
        _ query: ListQuery<R>, in scope: Scope?, _ access: any RowAccess
    ) throws -> ListPage<R> {
        var all = query
        var skip = 0
        var limit = Self.everything
        switch query.rows.page {
        case .all: all.rows.page = .after(sequence: nil, limit: limit)
        case .after(let sequence, let size):
            limit = size
            all.rows.page = .after(sequence: sequence, limit: Self.everything)
        case .number(let number, let size):
            limit = size
            skip = (number - 1).multipliedReportingOverflow(by: size).partialValue
            all.rows.page = .after(sequence: nil, limit: Self.everything)
        }
        let (sql, arguments, _) = statement(of: all, in: scope)
        // A statement of its own: what `access` asks meanwhile may be the same list.
        let rows = try ResourceCursor<R>(db.makeStatement(sql: sql), arguments)
        var page = ListPage<R>(items: [], next: nil)
        var last: Int64?
        while let resource = try rows.next() {
            guard try access.shows(resource, open) else { continue }
            if skip > 0 {
                skip -= 1
                continue
            }
            if page.items.count == limit {
                page.next = last
                return page
            }
            page.items.append(resource)
            last = try rows.sequence()
        }
        return page
    }

    func shownCount<R: Resource>(_ query: ListQuery<R>, in scope: Scope?, _ access: any RowAccess) throws -> Int {
        let (sql, arguments, _) = statement(
            of: query.page(.after(sequence: nil, limit: Self.everything)), in: scope)
        let rows = try ResourceCursor<R>(db.makeStatement(sql: sql), arguments)
        var count = 0
        while let resource = try rows.next() {
            if try access.shows(resource, open) { count += 1 }
        }
        return count
    }

    func shownTagPage(_ query: TagQuery, in scope: Scope, _ access: any RowAccess) throws -> [ResourceTag] {
        var shown: [String: Bool] = [:]
        var page: [ResourceTag] = []
        var step = query
        step.limit = max(query.limit, 100)
        while true {
            let rows = try open.tagPage(step, in: scope)
            for row in rows {
                let isShown =
                    try shown[row.resourceID] ?? access.showsTags(of: row.resourceID, query.tagType, in: scope, open)
                shown[row.resourceID] = isShown
                if isShown { page.append(row) }
                if page.count == query.limit { return page }
            }
            guard rows.count == step.limit, let last = rows.last else { return page }
            step.after = (last.resourceID, last.tag.key)
        }
    }
}
