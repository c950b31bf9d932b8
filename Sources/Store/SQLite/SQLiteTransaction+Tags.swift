import GRDB
import Model

extension SQLiteTransaction {
    func tags<R: Resource>(of type: R.Type, _ ids: [String]) throws -> [String: [Tag]] {
        guard let tagType = R.tagType, !ids.isEmpty else { return [:] }
        var text = SQLText()
        text.add("SELECT resourceID, key, value FROM tag WHERE tagType = ? AND resourceID", .text(tagType))
        text.anyOf(ids)
        text += " ORDER BY 1, 2"
        let run = try StatementRun(
            ids.count <= SQLText.mostMarks ? kept(text.sql) : db.makeStatement(sql: text.sql), text.values)
        var tags: [String: [Tag]] = [:]
        while try run.next() {
            let tag = try ResourceTag(run.row)
            tags[tag.resourceID, default: []].append(tag.tag)
        }
        return tags
    }

    func tagPage(_ query: TagQuery, in scope: Scope) throws -> [ResourceTag] {
        if let shown { return try shownTagPage(query, in: scope, shown) }
        let (sql, arguments) = Self.tagStatement(query, in: scope)
        let run = try StatementRun(db.makeStatement(sql: sql), arguments)
        var page: [ResourceTag] = []
        while try run.next() { page.append(try ResourceTag(run.row)) }
        return page
    }

    /// Tags by resource and key. A row is listed when its own key (and value) is asked for by one of the filters.
    static func tagStatement(_ query: TagQuery, in scope: Scope) -> (sql: String, arguments: [SQLValue]) {
        var sql: [String] = []
        var arguments: [SQLValue] = []
        func branch(_ key: String?, _ value: String?) {
            // With a value there is an index that has it; else the primary key has the rows in order.
            let isByValue = value != nil && query.resourceIDs == nil
            let plus = isByValue ? "" : "+"
            var part = "SELECT resourceID, key, value FROM tag\(isByValue ? " INDEXED BY tag_value" : "")"
            part += " WHERE tagType = ? AND \(plus)accountID = ? AND \(plus)region = ?"
            arguments += [.text(query.tagType), .text(scope.accountID), .text(scope.region)]
            if let ids = query.resourceIDs {
                part += " AND resourceID IN (\(databaseQuestionMarks(count: ids.count)))"
                arguments += ids.map(SQLValue.text)
            }
            if let key {
                part += " AND \(value == nil ? "+" : "")key = ?"
                arguments.append(.text(key))
            }
            if let value {
                part += " AND value = ?"
                arguments.append(.text(value))
            }
            if let after = query.after {
                if let key {
                    let isLeft = after.key.utf8.lexicographicallyPrecedes(key.utf8)
                    part += " AND resourceID \(isLeft ? ">=" : ">") ?"
                    arguments.append(.text(after.resourceID))
                } else {
                    part += " AND (resourceID, key) > (?, ?)"
                    arguments += [.text(after.resourceID), .text(after.key)]
                }
            }
            sql.append(part)
        }
        if query.filters.isEmpty { branch(nil, nil) }
        for filter in query.filters {
            // A key has one value a resource: no row is in two branches.
            if filter.values.isEmpty { branch(filter.key, nil) }
            for value in Set(filter.values) { branch(filter.key, value) }
        }
        arguments.append(.integer(Int64(query.limit)))
        return (sql.joined(separator: " UNION ALL ") + " ORDER BY 1, 2 LIMIT ?", arguments)
    }

    func setTags(tagType: String, resourceID: String, _ tags: [Tag], in scope: Scope) throws {
        let place =
            try Self.tagged[tagType].flatMap { table in
                try integer("SELECT sequence FROM \(table) WHERE id = ?", [.text(resourceID)])
            } ?? 0
        let sql =
            """
            INSERT INTO tag (tagType, resourceID, key, value, accountID, region, sequence)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (tagType, resourceID, key) DO UPDATE SET value = excluded.value
            """
        let (account, region) = (SQLValue.text(scope.accountID), SQLValue.text(scope.region))
        for tag in tags {
            try run(
                sql,
                [
                    .text(tagType), .text(resourceID), .text(tag.key), .text(tag.value), account, region,
                    .integer(place),
                ])
        }
    }

    /// Tag types whose tags have their resource's place in the list, and the table of each.
    static let tagged: [String: String] = {
        var tables: [String: String] = [:]
        func add<R: Resource>(_ type: R.Type) { if let tagType = R.tagType { tables[tagType] = R.table } }
        add(Vpc.self)
        add(Subnet.self)
        add(NetworkInterface.self)
        add(SecurityGroup.self)
        add(NetworkACL.self)
        add(TrafficMirrorTarget.self)
        add(TrafficMirrorFilter.self)
        add(TrafficMirrorSession.self)
        add(FlowLog.self)
        add(LoadBalancer.self)
        return tables
    }()

    /// Tables whose rows are counted, by account and region, as they come and go.
    static let tallied = Set(tagged.values)

    func removeTags(tagType: String, resourceID: String, keys: [String]) throws {
        for key in keys {
            try run(
                "DELETE FROM tag WHERE tagType = ? AND resourceID = ? AND key = ?",
                [.text(tagType), .text(resourceID), .text(key)])
        }
    }
}

extension ResourceTag {
    /// From the columns resource ID, key and value. A damaged row throws.
    fileprivate init(_ row: ColumnReader) throws {
        self.init(resourceID: try row.text(0), tag: Tag(key: try row.text(1), value: try row.text(2)))
    }
}
