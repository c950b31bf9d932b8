import GRDB
import Model

extension SQLiteTransaction {
    func tags<R: Resource>(of type: R.Type, _ ids: [String]) throws -> [String: [Tag]] {
        guard let tagType = R.tagType, !ids.isEmpty else { return [:] }
        var arguments: StatementArguments = [tagType]
        let marks = ListStatement<R>.marks(ids, &arguments)
        let sql = "SELECT resourceID, key, value FROM tag WHERE tagType = ? AND resourceID IN (\(marks)) ORDER BY 1, 2"
        let rows = try GRDB.Row.fetchCursor(
            ids.count <= ListStatement<R>.mostMarks ? kept(sql) : db.makeStatement(sql: sql), arguments: arguments)
        var tags: [String: [Tag]] = [:]
        while let row = try rows.next() {
            let tag = try ResourceTag(row)
            tags[tag.resourceID, default: []].append(tag.tag)
        }
        return tags
    }

    func tagPage(_ query: TagQuery, in scope: Scope) throws -> [ResourceTag] {
        if let shown { return try shownTagPage(query, in: scope, shown) }
        let (sql, arguments) = Self.tagStatement(query, in: scope)
        return try GRDB.Row.fetchAll(db, sql: sql, arguments: arguments).map(ResourceTag.init)
    }

    /// Tags by resource and key. A row is listed when its own key (and value) is asked for by one of the filters.
    static func tagStatement(_ query: TagQuery, in scope: Scope) -> (sql: String, arguments: StatementArguments) {
        var sql: [String] = []
        var arguments: StatementArguments = []
        func branch(_ key: String?, _ value: String?) {
            // With a value there is an index that has it; else the primary key has the rows in order.
            let isByValue = value != nil && query.resourceIDs == nil
            let plus = isByValue ? "" : "+"
            var part = "SELECT resourceID, key, value FROM tag\(isByValue ? " INDEXED BY tag_value" : "")"
            part += " WHERE tagType = ? AND \(plus)accountID = ? AND \(plus)region = ?"
            arguments += [query.tagType, scope.accountID, scope.region]
            if let ids = query.resourceIDs {
                part += " AND resourceID IN (\(databaseQuestionMarks(count: ids.count)))"
                arguments += StatementArguments(ids)
            }
            if let key {
                part += " AND \(value == nil ? "+" : "")key = ?"
                arguments += [key]
            }
            if let value {
                part += " AND value = ?"
                arguments += [value]
            }
            if let after = query.after {
                if let key {
                    let isLeft = after.key.utf8.lexicographicallyPrecedes(key.utf8)
                    part += " AND resourceID \(isLeft ? ">=" : ">") ?"
                    arguments += [after.resourceID]
                } else {
                    part += " AND (resourceID, key) > (?, ?)"
                    arguments += [after.resourceID, after.key]
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
        arguments += [query.limit]
        return (sql.joined(separator: " UNION ALL ") + " ORDER BY 1, 2 LIMIT ?", arguments)
    }

    func setTags(tagType: String, resourceID: String, _ tags: [Tag], in scope: Scope) throws {
        let place =
            try Self.tagged[tagType].flatMap { table in
                try Int64.fetchOne(kept("SELECT sequence FROM \(table) WHERE id = ?"), arguments: [resourceID])
            } ?? 0
        let statement = try kept(
            """
            INSERT INTO tag (tagType, resourceID, key, value, accountID, region, sequence)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (tagType, resourceID, key) DO UPDATE SET value = excluded.value
            """)
        for tag in tags {
            try statement.execute(
                arguments: [tagType, resourceID, tag.key, tag.value, scope.accountID, scope.region, place])
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
        let statement = try kept("DELETE FROM tag WHERE tagType = ? AND resourceID = ? AND key = ?")
        for key in keys { try statement.execute(arguments: [tagType, resourceID, key]) }
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
