import GRDB
import Model

/// The SQL of a list: which rows, in which order, how many.
///
/// Rows come by the index that has them in the order of the list, so that a page costs what it shows: by the tags'
/// index when a tag is asked for, else by the account's. IDs name few rows; they are looked up, then put in order.
struct ListStatement<R: Resource> {
    private let query: ListQuery<R>
    private let scope: Scope?
    private let table = "\(R.table)".quotedDatabaseIdentifier

    init(_ query: ListQuery<R>, in scope: Scope?) {
        self.query = query
        self.scope = scope
    }

    /// Whether there are few texts like this one, so that its compiled form is worth keeping.
    var isCommon: Bool {
        query.tags.count <= 2 && (query.ids?.count ?? 0) <= Self.mostMarks
            && query.conditions.allSatisfy { $0.values.count <= Self.mostMarks }
    }

    /// The rows of the page, and one more when there are more; `limit` of them belong to the page. The first column is
    /// the place in the list.
    func page() -> (sql: String, arguments: [SQLValue], limit: Int) {
        var after: Int64?
        var limit: Int?
        var skipped: Int?
        switch query.page {
        case .all: break
        case .after(let sequence, let size):
            after = sequence
            limit = size
        case .number(let number, let size):
            limit = size
            skipped = (number - 1).multipliedReportingOverflow(by: size).partialValue
        }
        var (sql, arguments) = rows(after: after)
        sql += " ORDER BY 1 \(query.isOldestFirst ? "ASC" : "DESC")"
        if let limit {
            sql += " LIMIT ?"
            arguments.append(.integer(Int64(limit.addingReportingOverflow(1).partialValue)))
        }
        if let skipped {
            sql += " OFFSET ?"
            arguments.append(.integer(Int64(skipped)))
        }
        return (sql, arguments, limit ?? Int.max)
    }

    /// How many rows there are in all.
    func count() -> (sql: String, arguments: [SQLValue]) {
        if let scope, SQLiteTransaction.tallied.contains(R.table), query.ids == nil, query.conditions.isEmpty,
            query.tags.isEmpty
        {
            return (
                "SELECT count FROM tally WHERE kind = ? AND accountID = ? AND region = ?",
                [.text(R.table), .text(scope.accountID), .text(scope.region)]
            )
        }
        let (sql, arguments) = rows(isCounted: true)
        return ("SELECT COUNT(*) FROM (\(sql))", arguments)
    }

    // MARK: Which rows

    private func rows(after: Int64? = nil, isCounted: Bool = false) -> (sql: String, arguments: [SQLValue]) {
        guard let scope, query.ids == nil, let first = query.tags.first,
            SQLiteTransaction.tagged[R.tagType ?? ""] != nil
        else { return plainRows(after, isCounted) }
        // One value of a key excludes the others: the branches have no row in common, and SQLite merges them in order.
        var sql: [String] = []
        var arguments: [SQLValue] = []
        for value in first.values.isEmpty ? [nil] : first.values.removingDuplicates.map(Optional.some) {
            sql.append(taggedRows(first.key, value, scope, after, isCounted, &arguments))
        }
        return (sql.joined(separator: " UNION ALL "), arguments)
    }

    private func columns(place: String, _ isCounted: Bool) -> String { isCounted ? "1" : "\(place), \(table).*" }

    private func plainRows(_ after: Int64?, _ isCounted: Bool) -> (sql: String, arguments: [SQLValue]) {
        var sql: [String] = []
        var arguments: [SQLValue] = []
        if let scope {
            // `+` keeps SQLite from walking all of the account's rows when IDs name the few.
            let plus = query.ids == nil ? "" : "+"
            sql += ["\(plus)\(table).accountID = ?", "\(plus)\(table).region = ?"]
            arguments += [.text(scope.accountID), .text(scope.region)]
        }
        if let ids = query.ids { sql.append("\(table).id IN (\(Self.marks(ids, &arguments)))") }
        sql += conditions(query.tags[...], &arguments)
        if let after {
            sql.append("\(table).sequence \(query.isOldestFirst ? ">" : "<") ?")
            arguments.append(.integer(after))
        }
        let condition = sql.isEmpty ? "" : " WHERE " + sql.joined(separator: " AND ")
        return ("SELECT \(columns(place: "\(table).sequence", isCounted)) FROM \(table)\(condition)", arguments)
    }

    private func taggedRows(
        _ key: String, _ value: String?, _ scope: Scope, _ after: Int64?, _ isCounted: Bool,
        _ arguments: inout [SQLValue]
    ) -> String {
        var sql = [
            "tagging.accountID = ?", "tagging.region = ?", "tagging.tagType = ?", "tagging.key = ?",
        ]
        arguments += [.text(scope.accountID), .text(scope.region), .text(R.tagType ?? ""), .text(key)]
        if let value {
            sql.append("tagging.value = ?")
            arguments.append(.text(value))
        }
        if let after {
            sql.append("tagging.sequence \(query.isOldestFirst ? ">" : "<") ?")
            arguments.append(.integer(after))
        }
        // An ID means one resource of its account and region: a tag never reaches into another scope.
        sql += ["\(table).accountID = tagging.accountID", "\(table).region = tagging.region"]
        sql += conditions(query.tags.dropFirst(), &arguments)
        // CROSS: in this order, never all resources with a look at the tags of each.
        return "SELECT \(columns(place: "tagging.sequence", isCounted)) FROM tag AS tagging"
            + " CROSS JOIN \(table) ON \(table).sequence = tagging.sequence WHERE " + sql.joined(separator: " AND ")
    }

    /// What holds for each row by itself.
    private func conditions(_ tags: ArraySlice<TagFilter>, _ arguments: inout [SQLValue]) -> [String] {
        var sql: [String] = []
        for condition in query.conditions {
            // Column names come from our code alone; quoted all the same.
            var parts: [String] = []
            if let column = condition.column.map(quoted) {
                parts.append("\(column) IN (\(Self.marks(condition.values, &arguments)))")
            }
            if let column = condition.listColumn.map(quoted) {
                let marks = Self.marks(condition.values, &arguments)
                parts.append("EXISTS (SELECT 1 FROM json_each(\(column)) AS member WHERE member.value IN (\(marks)))")
            }
            sql.append("(" + parts.joined(separator: " OR ") + ")")
        }
        for filter in tags {
            var part = "EXISTS (SELECT 1 FROM tag WHERE tagType = ? AND resourceID = \(table).id AND key = ?"
            arguments += [.text(R.tagType ?? ""), .text(filter.key)]
            if !filter.values.isEmpty { part += " AND value IN (\(Self.marks(filter.values, &arguments)))" }
            sql.append(part + ")")
        }
        return sql
    }

    private func quoted(_ column: String) -> String { "\(table).\(column.quotedDatabaseIdentifier)" }

    // MARK: Marks

    /// Most values whose number is rounded.
    static var mostMarks: Int { 128 }

    /// Question marks for `values`. Their number is rounded up, the last value repeated: so there are few texts.
    static func marks(_ values: [String], _ arguments: inout [SQLValue]) -> String {
        var all = values
        if let last = values.last, values.count <= mostMarks {
            var rounded = 1
            while rounded < values.count { rounded *= 2 }
            all += Array(repeating: last, count: rounded - values.count)
        }
        arguments += all.map(SQLValue.text)
        return databaseQuestionMarks(count: all.count)
    }
}

extension [String] {
    fileprivate var removingDuplicates: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
