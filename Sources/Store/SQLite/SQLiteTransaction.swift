import GRDB
import Model

/// One transaction on a connection, in words of the domain.
struct SQLiteTransaction: WriteTransaction {
    let db: Database
    /// What lists show; `nil` is everything.
    var shown: (any RowAccess)?
    /// Who is told of inserted rows.
    var watcher: (any RowAccess)?

    // A Codable value ↔ a row whose columns are its properties.
    struct Row<R: Resource>: FetchableRecord, PersistableRecord, Encodable, Decodable {
        static var databaseTableName: String { R.table }
        var sequence: Int64?
        var resource: R

        private enum Key: String, CodingKey { case sequence }

        init(_ resource: R) { self.resource = resource }

        init(from decoder: any Decoder) throws {
            resource = try R(from: decoder)
            sequence = try decoder.container(keyedBy: Key.self).decodeIfPresent(Int64.self, forKey: .sequence)
        }

        func encode(to encoder: any Encoder) throws { try resource.encode(to: encoder) }
    }

    private func conditions(_ scope: Scope?) -> (sql: [String], arguments: StatementArguments) {
        guard let scope else { return ([], []) }
        return (["accountID = ?", "region = ?"], [scope.accountID, scope.region])
    }

    private func conditions<R: Resource>(
        _ query: ListQuery<R>, _ scope: Scope?
    ) -> (sql: [String], arguments: StatementArguments) {
        var (sql, arguments) = conditions(scope)
        if let ids = query.ids {
            // IDs name few rows: `+` keeps SQLite from walking all of the account's instead.
            sql = sql.map { "+" + $0 }
            sql.append("id IN (\(databaseQuestionMarks(count: ids.count)))")
            arguments += StatementArguments(ids)
        }
        for condition in query.conditions {
            // Column names come from our code alone; quoted all the same.
            var parts: [String] = []
            let marks = databaseQuestionMarks(count: condition.values.count)
            if let column = condition.column { parts.append("\(column.quotedDatabaseIdentifier) IN (\(marks))") }
            if let column = condition.listColumn {
                parts.append(
                    "EXISTS (SELECT 1 FROM json_each(\(column.quotedDatabaseIdentifier)) WHERE value IN (\(marks)))")
            }
            for _ in parts { arguments += StatementArguments(condition.values) }
            sql.append("(" + parts.joined(separator: " OR ") + ")")
        }
        for filter in query.tags {
            var part = "id IN (SELECT resourceID FROM tag WHERE tagType = ? AND key = ?"
            arguments += [R.tagType ?? "", filter.key]
            if let scope {
                part += " AND accountID = ? AND region = ?"
                arguments += [scope.accountID, scope.region]
            }
            if !filter.values.isEmpty {
                part += " AND value IN (\(databaseQuestionMarks(count: filter.values.count)))"
                arguments += StatementArguments(filter.values)
            }
            sql.append(part + ")")
        }
        return (sql, arguments)
    }

    private static func whereClause(_ sql: [String]) -> String {
        sql.isEmpty ? "" : " WHERE " + sql.joined(separator: " AND ")
    }

    func find<R: Resource>(_ type: R.Type, _ id: String, in scope: Scope?) throws -> R? {
        var (sql, arguments) = conditions(scope)
        sql.append("id = ?")
        arguments += [id]
        return try Row<R>.fetchOne(
            db, sql: "SELECT * FROM \(R.table)" + Self.whereClause(sql), arguments: arguments)?.resource
    }

    /// The statement of a list, and how many rows of what it returns belong to the page.
    func statement<R: Resource>(
        of query: ListQuery<R>, in scope: Scope?
    ) -> (sql: String, arguments: StatementArguments, limit: Int) {
        var (sql, arguments) = conditions(query, scope)
        let order = query.isOldestFirst ? "ASC" : "DESC"
        var end = " ORDER BY sequence \(order)"
        var limit = Int.max
        switch query.page {
        case .all: break
        case .after(let sequence, let size):
            if let sequence {
                sql.append("sequence \(query.isOldestFirst ? ">" : "<") ?")
                arguments += [sequence]
            }
            limit = size
            end += " LIMIT \(size + 1)"
        case .number(let number, let size):
            limit = size
            end += " LIMIT \(size + 1) OFFSET \((number - 1).multipliedReportingOverflow(by: size).partialValue)"
        }
        return ("SELECT * FROM \(R.table)" + Self.whereClause(sql) + end, arguments, limit)
    }

    func list<R: Resource>(_ query: ListQuery<R>, in scope: Scope?) throws -> ListPage<R> {
        if let shown, !query.showsHidden, shown.restricts(R.self) { return try shownList(query, in: scope, shown) }
        let (sql, arguments, limit) = statement(of: query, in: scope)
        let rows = try Row<R>.fetchAll(db, sql: sql, arguments: arguments)
        let page = rows.prefix(limit)
        return ListPage(items: page.map(\.resource), next: rows.count > page.count ? page.last?.sequence : nil)
    }

    func count<R: Resource>(_ query: ListQuery<R>, in scope: Scope?) throws -> Int {
        if let shown, !query.showsHidden, shown.restricts(R.self) { return try shownCount(query, in: scope, shown) }
        let (sql, arguments) = conditions(query, scope)
        return try Int.fetchOne(
            db, sql: "SELECT COUNT(*) FROM \(R.table)" + Self.whereClause(sql), arguments: arguments) ?? 0
    }

    func insert<R: Resource>(_ resource: R) throws {
        do { try Row(resource).insert(db) } catch let error as DatabaseError
            where error.resultCode == .SQLITE_CONSTRAINT
        {
            throw StoreError.duplicate(resource.id.rawValue)
        }
        watcher?.inserted(resource)
    }

    func update<R: Resource>(_ resource: R) throws {
        let container = try databaseColumns(of: resource)
        let columns = container.keys.sorted()
        let assignments = columns.map { "\($0.quotedDatabaseIdentifier) = ?" }.joined(separator: ", ")
        var arguments = StatementArguments(columns.map { container[$0] })
        arguments += [resource.id.rawValue, resource.accountID, resource.region]
        try db.execute(
            sql: "UPDATE \(R.table) SET \(assignments) WHERE id = ? AND accountID = ? AND region = ?",
            arguments: arguments)
        guard db.changesCount == 1 else { throw StoreError.missing(resource.id.rawValue) }
    }

    private func databaseColumns<R: Resource>(of resource: R) throws -> [String: DatabaseValue] {
        Dictionary(
            try Row(resource).databaseDictionary.filter { $0.key != "sequence" }.map { ($0.key, $0.value) },
            uniquingKeysWith: { first, _ in first })
    }

    func delete<R: Resource>(_ type: R.Type, _ id: String) throws {
        try db.execute(sql: "DELETE FROM \(R.table) WHERE id = ?", arguments: [id])
        if let tagType = R.tagType {
            try db.execute(sql: "DELETE FROM tag WHERE tagType = ? AND resourceID = ?", arguments: [tagType, id])
        }
    }

    func generation() throws -> Int64 {
        try Int64.fetchOne(db, sql: "SELECT value FROM counter WHERE name = 'generation'") ?? 0
    }

    func raiseGeneration() throws -> Int64 {
        try db.execute(sql: "UPDATE counter SET value = value + 1 WHERE name = 'generation'")
        return try generation()
    }
}
