import GRDB
import Model
import Synchronization

/// One transaction on a connection, in words of the domain.
struct SQLiteTransaction: WriteTransaction {
    let db: Database
    /// What lists show; `nil` is everything.
    var shown: (any RowAccess)?
    /// Who is told of inserted rows.
    var watcher: (any RowAccess)?

    /// The statement of `sql`, compiled once a connection. All are kept: for texts of which there are few.
    func kept(_ sql: String) throws -> Statement { try db.cachedStatement(sql: sql) }

    /// Runs a kept statement that returns no row.
    func run(_ sql: String, _ values: [SQLValue] = []) throws { try StatementRun(kept(sql), values).run() }

    /// What a kept statement returns: one integer, or no row.
    func integer(_ sql: String, _ values: [SQLValue] = []) throws -> Int64? {
        let run = try StatementRun(kept(sql), values)
        return try run.next() ? run.row.integer(Int64.self, 0) : nil
    }

    func find<R: Resource>(_ type: R.Type, _ id: String, in scope: Scope?) throws -> R? {
        let values = [id] + (scope.map { [$0.accountID, $0.region] } ?? [])
        return try ResourceCursor<R>(
            kept(Self.look(into: R.table, isScoped: scope != nil)), values.map(SQLValue.text)
        ).next()
    }

    /// The statement that finds a row by its ID. Without a scope an ID that several accounts use means the first of
    /// them; `+` keeps SQLite from walking all that the account has.
    static func look(into table: String, isScoped: Bool) -> String {
        isScoped
            ? "SELECT * FROM \(table) WHERE id = ? AND +accountID = ? AND +region = ?"
            : "SELECT * FROM \(table) WHERE id = ? ORDER BY sequence LIMIT 1"
    }

    /// The statement of a list, and how many rows of what it returns belong to the page.
    func statement<R: Resource>(
        of query: ListQuery<R>, in scope: Scope?
    ) -> (sql: String, arguments: [SQLValue], limit: Int) {
        ListStatement(query, in: scope).page()
    }

    func list<R: Resource>(_ query: ListQuery<R>, in scope: Scope?) throws -> ListPage<R> {
        if let shown, !query.rows.showsHidden, shown.restricts(R.self) { return try shownList(query, in: scope, shown) }
        let list = ListStatement(query, in: scope)
        let (sql, arguments, limit) = list.page()
        let rows = try ResourceCursor<R>(list.isCommon ? kept(sql) : db.makeStatement(sql: sql), arguments)
        var page = ListPage<R>(items: [], next: nil)
        var last: Int64?
        while let resource = try rows.next() {
            if page.items.count == limit {
                page.next = last
                break
            }
            page.items.append(resource)
            last = try rows.sequence()
        }
        return page
    }

    func count<R: Resource>(_ query: ListQuery<R>, in scope: Scope?) throws -> Int {
        if let shown, !query.rows.showsHidden, shown.restricts(R.self) {
            return try shownCount(query, in: scope, shown)
        }
        let list = ListStatement(query, in: scope)
        let (sql, arguments) = list.count()
        let run = try StatementRun(list.isCommon ? kept(sql) : db.makeStatement(sql: sql), arguments)
        return try run.next() ? run.row.integer(Int.self, 0) : 0
    }

    func insert<R: Resource>(_ resource: R) throws {
        let columns = try RowEncoder.columns(of: resource)
        let sql = Self.insertions.withLock { insertions in
            if let sql = insertions[ObjectIdentifier(R.self)] { return sql }
            let sql = Self.insertion(of: columns, into: R.table)
            insertions[ObjectIdentifier(R.self)] = sql
            return sql
        }
        do { try run(sql, columns.map(\.value)) } catch let error as DatabaseError
            where error.resultCode == .SQLITE_CONSTRAINT
        {
            throw StoreError.duplicate(resource.id.rawValue)
        }
        watcher?.inserted(resource)
    }

    /// The statements that insert, by kind: a resource always has the same columns.
    private static let insertions = Mutex<[ObjectIdentifier: String]>([:])

    /// `OR FAIL`: one row is refused before anything of it is written, and SQLite need not copy each page that the row
    /// and its triggers change so as to undo them alone. What fails later is undone with the whole write.
    private static func insertion(of columns: [ColumnValue], into table: String) -> String {
        var text = SQLText()
        text += "INSERT OR FAIL INTO "
        text.name(table)
        for (number, column) in columns.enumerated() {
            text += number == 0 ? " (" : ", "
            text.name(column.name)
        }
        text += ") VALUES ("
        text.marks(columns.count)
        text += ")"
        return text.sql
    }

    func update<R: Resource>(_ resource: R) throws {
        let place: [SQLValue] = [.text(resource.id.rawValue), .text(resource.accountID), .text(resource.region)]
        // What stays as it is stays out: SQLite then leaves the indexes of those columns alone.
        let changes = try changes(
            from: kept(Self.look(into: R.table, isScoped: true)), place, to: RowEncoder.columns(of: resource))
        guard let changes else { throw StoreError.missing(resource.id.rawValue) }
        guard !changes.isEmpty else { return }
        let text = Self.update(of: R.table, changes, place)
        try run(text.sql, text.values)
    }

    private static func update(
        of table: String, _ changes: [ColumnValue], _ place: [SQLValue]
    ) -> SQLText {
        var text = SQLText()
        text += "UPDATE "
        text.name(table)
        for (number, change) in changes.enumerated() {
            text += number == 0 ? " SET " : ", "
            text.name(change.name)
            text.add(" = ?", change.value)
        }
        text += " WHERE id = ? AND +accountID = ? AND +region = ?"
        text.add(place)
        return text
    }

    /// The columns that are not what the row at `place` has; `nil` without such a row.
    private func changes(
        from statement: Statement, _ place: [SQLValue], to columns: [ColumnValue]
    ) throws -> [ColumnValue]? {
        let old = try StatementRun(statement, place)
        guard try old.next() else { return nil }
        var names = ColumnNames(statement)
        return columns.filter { column in
            names.position(of: column.name).map { !old.row.holds(column.value, $0) } ?? true
        }
    }

    func delete<R: Resource>(_ type: R.Type, _ id: String) throws {
        try run("DELETE FROM \(R.table) WHERE id = ?", [.text(id)])
        if let tagType = R.tagType {
            try run("DELETE FROM tag WHERE tagType = ? AND resourceID = ?", [.text(tagType), .text(id)])
        }
    }

    func generation() throws -> Int64 { try integer("SELECT value FROM counter WHERE name = 'generation'") ?? 0 }

    func raiseGeneration() throws -> Int64 {
        try run("UPDATE counter SET value = value + 1 WHERE name = 'generation'")
        return try generation()
    }
}
