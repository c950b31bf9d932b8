import GRDB
import Model

/// The SQL of a list: which rows, in which order, how many.
///
/// Rows come by the index that has them in the order of the list, so that a page costs what it shows: by the tags'
/// index when a tag is asked for, else by the account's. IDs name few rows; they are looked up, then put in order.
struct ListStatement {
    private let query: RowQuery
    private let scope: Scope?
    private let table: String
    private let tagType: String?

    init<R: Resource>(_ query: ListQuery<R>, in scope: Scope?) { self.init(query.rows, of: R.self, in: scope) }

    init<R: Resource>(_ query: RowQuery, of type: R.Type, in scope: Scope?) {
        self.query = query
        self.scope = scope
        table = R.table
        tagType = R.tagType
    }

    /// Whether there are few texts like this one, so that its compiled form is worth keeping.
    var isCommon: Bool {
        query.tags.count <= 2 && (query.ids?.count ?? 0) <= SQLText.mostMarks
            && query.conditions.allSatisfy { $0.values.count <= SQLText.mostMarks }
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
        var text = SQLText()
        addRows(to: &text, after: after)
        text += query.isOldestFirst ? " ORDER BY 1 ASC" : " ORDER BY 1 DESC"
        if let limit { text.add(" LIMIT ?", .integer(Int64(limit.addingReportingOverflow(1).partialValue))) }
        if let skipped { text.add(" OFFSET ?", .integer(Int64(skipped))) }
        return (text.sql, text.values, limit ?? Int.max)
    }

    /// How many rows there are in all.
    func count() -> (sql: String, arguments: [SQLValue]) {
        if let scope, query.ids == nil, query.conditions.isEmpty, query.tags.isEmpty, !query.isUnsettled,
            SQLiteTransaction.tallied.contains(table)
        {
            return (
                "SELECT count FROM tally WHERE kind = ? AND accountID = ? AND region = ?",
                [.text(table), .text(scope.accountID), .text(scope.region)]
            )
        }
        var text = SQLText()
        text += "SELECT COUNT(*) FROM ("
        addRows(to: &text, isCounted: true)
        text += ")"
        return (text.sql, text.values)
    }

    // MARK: Which rows

    private func addRows(to text: inout SQLText, after: Int64? = nil, isCounted: Bool = false) {
        guard let scope, query.ids == nil, let first = query.tags.first,
            SQLiteTransaction.tagged[tagType ?? ""] != nil
        else { return addPlainRows(to: &text, after, isCounted) }
        // One value of a key excludes the others: the branches have no row in common, and SQLite merges them in order.
        let values = first.values.isEmpty ? [nil] : first.values.removingDuplicates.map(Optional.some)
        for (number, value) in values.enumerated() {
            if number > 0 { text += " UNION ALL " }
            addTaggedRows(first.key, value, scope, after, isCounted, to: &text)
        }
    }

    private func addSelect(place: String, _ isCounted: Bool, to text: inout SQLText) {
        if isCounted {
            text += "SELECT 1 FROM "
        } else {
            text += "SELECT "
            text.name(place, "sequence")
            text += ", "
            text.name(table)
            text += ".* FROM "
        }
    }

    private func addPlainRows(to text: inout SQLText, _ after: Int64?, _ isCounted: Bool) {
        addSelect(place: table, isCounted, to: &text)
        text.name(table)
        if query.isUnsettled, query.ids == nil {
            text += " INDEXED BY "
            text.name("\(table)_unsettled")
        }
        var joint: StaticString = " WHERE "
        func and(_ text: inout SQLText) {
            text += joint
            joint = " AND "
        }
        if let scope {
            for (column, value) in [("accountID", scope.accountID), ("region", scope.region)] {
                and(&text)
                // `+` keeps SQLite from walking all of the account's rows when IDs name the few.
                if query.ids != nil { text += "+" }
                text.name(table, column)
                text.add(" = ?", .text(value))
            }
        }
        if let ids = query.ids {
            and(&text)
            text.name(table, "id")
            text.anyOf(ids)
        }
        addConditions(query.tags[...], to: &text, and)
        if let after {
            and(&text)
            text.name(table, "sequence")
            text.add(query.isOldestFirst ? " > ?" : " < ?", .integer(after))
        }
    }

    private func addTaggedRows(
        _ key: String, _ value: String?, _ scope: Scope, _ after: Int64?, _ isCounted: Bool, to text: inout SQLText
    ) {
        addSelect(place: "tagging", isCounted, to: &text)
        // CROSS: in this order, never all resources with a look at the tags of each.
        text += "tag AS tagging CROSS JOIN "
        text.name(table)
        text += " ON "
        text.name(table, "sequence")
        text.add(" = tagging.sequence WHERE tagging.accountID = ?", .text(scope.accountID))
        text.add(" AND tagging.region = ?", .text(scope.region))
        text.add(" AND tagging.tagType = ?", .text(tagType ?? ""))
        text.add(" AND tagging.key = ?", .text(key))
        if let value { text.add(" AND tagging.value = ?", .text(value)) }
        if let after {
            text.add(
                query.isOldestFirst ? " AND tagging.sequence > ?" : " AND tagging.sequence < ?", .integer(after))
        }
        // An ID means one resource of its account and region: a tag never reaches into another scope.
        text += " AND "
        text.name(table, "accountID")
        text += " = tagging.accountID AND "
        text.name(table, "region")
        text += " = tagging.region"
        addConditions(query.tags.dropFirst(), to: &text) { $0 += " AND " }
    }

    /// What holds for each row by itself.
    private func addConditions(
        _ tags: ArraySlice<TagFilter>, to text: inout SQLText, _ and: (inout SQLText) -> Void
    ) {
        if query.isUnsettled {
            and(&text)
            text += RowQuery.unsettled
        }
        for condition in query.conditions {
            and(&text)
            text += "("
            // Column names come from our code alone; quoted all the same.
            if let column = condition.column {
                text.name(table, column)
                text.anyOf(condition.values)
            }
            if let column = condition.listColumn {
                if condition.column != nil { text += " OR " }
                text += "EXISTS (SELECT 1 FROM json_each("
                text.name(table, column)
                text += ") AS member WHERE member.value"
                text.anyOf(condition.values)
                text += ")"
            }
            text += ")"
        }
        for filter in tags {
            and(&text)
            text.add("EXISTS (SELECT 1 FROM tag WHERE tagType = ? AND resourceID = ", .text(tagType ?? ""))
            text.name(table, "id")
            text.add(" AND key = ?", .text(filter.key))
            if !filter.values.isEmpty {
                text += " AND value"
                text.anyOf(filter.values)
            }
            text += ")"
        }
    }
}

extension [String] {
    fileprivate var removingDuplicates: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
