import GRDB
import Model

/// One transaction on a connection, in words of the domain.
struct SQLiteTransaction: WriteTransaction {
    let db: Database
    /// What lists show; `nil` is everything.
    var shown: (any RowAccess)?
    /// Who is told of inserted rows.
    var watcher: (any RowAccess)?

    // A Codable value → columns named for its properties.
    private struct Row<R: Resource>: EncodableRecord, Encodable {
        var resource: R

        init(_ resource: R) { self.resource = resource }

        func encode(to encoder: any Encoder) throws { try resource.encode(to: encoder) }
    }

    /// The statement of `sql`, compiled once a connection. All are kept: for texts of which there are few.
    func kept(_ sql: String) throws -> Statement { try db.cachedStatement(sql: sql) }

    func find<R: Resource>(_ type: R.Type, _ id: String, in scope: Scope?) throws -> R? {
        // Without a scope an ID that several accounts use means the first of them.
        let query = ListQuery<R>().ids([id]).oldestFirst()
        let (sql, arguments, _) = ListStatement(query, in: scope).page()
        return try ResourceCursor<R>(kept(sql), arguments: arguments).next()?.resource
    }

    /// The statement of a list, and how many rows of what it returns belong to the page.
    func statement<R: Resource>(
        of query: ListQuery<R>, in scope: Scope?
    ) -> (sql: String, arguments: StatementArguments, limit: Int) {
        ListStatement(query, in: scope).page()
    }

    func list<R: Resource>(_ query: ListQuery<R>, in scope: Scope?) throws -> ListPage<R> {
        if let shown, !query.showsHidden, shown.restricts(R.self) { return try shownList(query, in: scope, shown) }
        let list = ListStatement(query, in: scope)
        let (sql, arguments, limit) = list.page()
        let rows = try ResourceCursor<R>(
            list.isCommon ? kept(sql) : db.makeStatement(sql: sql), arguments: arguments)
        var page = ListPage<R>(items: [], next: nil)
        var last: Int64?
        while let (sequence, resource) = try rows.next() {
            if page.items.count == limit {
                page.next = last
                break
            }
            page.items.append(resource)
            last = sequence
        }
        return page
    }

    func count<R: Resource>(_ query: ListQuery<R>, in scope: Scope?) throws -> Int {
        if let shown, !query.showsHidden, shown.restricts(R.self) { return try shownCount(query, in: scope, shown) }
        let list = ListStatement(query, in: scope)
        let (sql, arguments) = list.count()
        return try Int.fetchOne(list.isCommon ? kept(sql) : db.makeStatement(sql: sql), arguments: arguments) ?? 0
    }

    func insert<R: Resource>(_ resource: R) throws {
        let columns = try Row(resource).databaseDictionary.sorted { $0.key < $1.key }
        let names = columns.map(\.key.quotedDatabaseIdentifier).joined(separator: ", ")
        let marks = databaseQuestionMarks(count: columns.count)
        do {
            try kept("INSERT INTO \(R.table) (\(names)) VALUES (\(marks))")
                .execute(arguments: StatementArguments(columns.map(\.value)))
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            throw StoreError.duplicate(resource.id.rawValue)
        }
        watcher?.inserted(resource)
    }

    func update<R: Resource>(_ resource: R) throws {
        let id = resource.id.rawValue
        let row = "WHERE id = ? AND accountID = ? AND region = ?"
        let place: StatementArguments = [id, resource.accountID, resource.region]
        guard let old = try GRDB.Row.fetchOne(kept("SELECT * FROM \(R.table) \(row)"), arguments: place) else {
            throw StoreError.missing(id)
        }
        // What stays as it is stays out: SQLite then leaves the indexes of those columns alone.
        let changes = try Row(resource).databaseDictionary
            .filter { name, value in old[name] as DatabaseValue? != value }.sorted { $0.key < $1.key }
        guard !changes.isEmpty else { return }
        let assignments = changes.map { "\($0.key.quotedDatabaseIdentifier) = ?" }.joined(separator: ", ")
        try kept("UPDATE \(R.table) SET \(assignments) \(row)")
            .execute(arguments: StatementArguments(changes.map(\.value)) + place)
    }

    func delete<R: Resource>(_ type: R.Type, _ id: String) throws {
        try kept("DELETE FROM \(R.table) WHERE id = ?").execute(arguments: [id])
        if let tagType = R.tagType {
            try kept("DELETE FROM tag WHERE tagType = ? AND resourceID = ?").execute(arguments: [tagType, id])
        }
    }

    func generation() throws -> Int64 {
        try Int64.fetchOne(kept("SELECT value FROM counter WHERE name = 'generation'")) ?? 0
    }

    func raiseGeneration() throws -> Int64 {
        try kept("UPDATE counter SET value = value + 1 WHERE name = 'generation'").execute()
        return try generation()
    }
}
