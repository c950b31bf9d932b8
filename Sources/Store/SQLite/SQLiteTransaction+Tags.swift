import GRDB
import Model

extension SQLiteTransaction {
    func tags<R: Resource>(of type: R.Type, _ ids: [String]) throws -> [String: [Tag]] {
        guard let tagType = R.tagType, !ids.isEmpty else { return [:] }
        let rows = try GRDB.Row.fetchAll(
            db,
            sql: """
                SELECT resourceID, key, value FROM tag
                WHERE tagType = ? AND resourceID IN (\(databaseQuestionMarks(count: ids.count))) ORDER BY key
                """,
            arguments: [tagType] + StatementArguments(ids))
        var tags: [String: [Tag]] = [:]
        for row in rows {
            let tag = try ResourceTag(row)
            tags[tag.resourceID, default: []].append(tag.tag)
        }
        return tags
    }

    func tagPage(_ query: TagQuery, in scope: Scope) throws -> [ResourceTag] {
        if let shown { return try shownTagPage(query, in: scope, shown) }
        var sql = "SELECT resourceID, key, value FROM tag WHERE accountID = ? AND region = ? AND tagType = ?"
        var arguments: StatementArguments = [scope.accountID, scope.region, query.tagType]
        if let ids = query.resourceIDs {
            sql += " AND resourceID IN (\(databaseQuestionMarks(count: ids.count)))"
            arguments += StatementArguments(ids)
        }
        if !query.filters.isEmpty {
            // A row is listed when its own key (and value) is asked for by one of the filters.
            var parts: [String] = []
            for filter in query.filters {
                arguments += [filter.key]
                if filter.values.isEmpty {
                    parts.append("key = ?")
                } else {
                    parts.append("(key = ? AND value IN (\(databaseQuestionMarks(count: filter.values.count))))")
                    arguments += StatementArguments(filter.values)
                }
            }
            sql += " AND (" + parts.joined(separator: " OR ") + ")"
        }
        if let after = query.after {
            sql += " AND (resourceID, key) > (?, ?)"
            arguments += [after.resourceID, after.key]
        }
        sql += " ORDER BY resourceID, key LIMIT \(query.limit)"
        return try GRDB.Row.fetchAll(db, sql: sql, arguments: arguments).map(ResourceTag.init)
    }

    func setTags(tagType: String, resourceID: String, _ tags: [Tag], in scope: Scope) throws {
        for tag in tags {
            try db.execute(
                sql: """
                    INSERT INTO tag (tagType, resourceID, key, value, accountID, region) VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT (tagType, resourceID, key) DO UPDATE SET value = excluded.value
                    """,
                arguments: [tagType, resourceID, tag.key, tag.value, scope.accountID, scope.region])
        }
    }

    func removeTags(tagType: String, resourceID: String, keys: [String]) throws {
        for key in keys {
            try db.execute(
                sql: "DELETE FROM tag WHERE tagType = ? AND resourceID = ? AND key = ?",
                arguments: [tagType, resourceID, key])
        }
    }
}

extension ResourceTag {
    /// From the columns resource ID, key and value. A damaged row throws.
    fileprivate init(_ row: GRDB.Row) throws {
        self.init(
            resourceID: try row.decode(atIndex: 0),
            tag: Tag(key: try row.decode(atIndex: 1), value: try row.decode(atIndex: 2)))
    }
}
