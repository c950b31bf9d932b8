#if DEBUG
import GRDB
import Packet
import Testing

@testable import FlowLogs

/// No page sorts or reads more than its part of an index.
@Suite struct FlowPlanTests {
    private func plan(_ db: Database, _ sql: String, _ arguments: StatementArguments) throws -> String {
        try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql, arguments: arguments)
            .compactMap { String.fromDatabaseValue($0["detail"]) }.joined(separator: "\n")
    }

    private func withFilled(_ body: @Sendable @escaping (Database) throws -> Void) async throws {
        let store = try SQLiteFlowLogStore(inMemory: FlowLogConfiguration())
        let slices = try ["eni-a", "eni-b"].map { slice(at: 0, [try entry(accepted: 1)], eni: $0) }
        _ = try await store.ingest(batch(1, slices), logs: [log()], at: epoch)
        try await store.read(body)
    }

    @Test func `a page of many streams walks the index on time`() async throws {
        try await withFilled { db in
            for newestFirst in [false, true] {
                let query = FlowQuery(
                    accountID: account, endedAfter: 5,
                    matching: .all([.transport(6), .condition(.action(.reject))]), newestFirst: newestFirst)
                let filter = try FlowFilter(query, db)
                let next = "(r.window_end, r.id) \(newestFirst ? "<" : ">") (?, ?)"
                let sql = FlowSearch.closedSQL(query, filter, ["+r.id <= ?", next])
                let plan = try plan(db, sql, filter.arguments([9, 1, 1, 100]))
                #expect(plan.contains("SEARCH r USING INDEX record_by_end (window_end>?"), "\(plan)")
                #expect(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN r"), "\(plan)")
            }
        }
    }

    @Test func `a page of one stream walks the index of the stream`() async throws {
        try await withFilled { db in
            let query = FlowQuery(accountID: account, endedAfter: 5, matching: .networkInterface("eni-a"))
            let filter = try FlowFilter(query, db)
            let plan = try plan(
                db, FlowSearch.closedSQL(query, filter, ["+r.id <= ?"]), filter.arguments([9, 100]))
            #expect(plan.contains("record_by_stream (stream=? AND window_end>?)"), "\(plan)")
            #expect(!plan.contains("TEMP B-TREE"), "\(plan)")
        }
    }

    @Test func `a tail goes on from its row`() async throws {
        try await withFilled { db in
            let filter = try FlowFilter(FlowQuery(accountID: account), db)
            let plan = try plan(db, SQLiteFlowLogStore.tailSQL(filter), filter.arguments([1, 100]))
            #expect(plan.contains("SEARCH r USING INTEGER PRIMARY KEY (rowid>?)"), "\(plan)")
            #expect(!plan.contains("TEMP B-TREE"), "\(plan)")
        }
    }

    @Test func `closing reads the windows that are due and their flows alone`() async throws {
        try await withFilled { db in
            let due = try plan(db, FlowWindowCloser.dueSQL, ["now": 1, "grace": 1, "limit": 1])
            #expect(due.contains("open_window_by_end (window_end<?)") && !due.contains("SCAN w"), "\(due)")
            let move = try plan(db, FlowWindowCloser.moveSQL, [1])
            #expect(!move.contains("SCAN w") && !move.contains("SCAN f"), "\(move)")
            #expect(move.contains("SEARCH f USING PRIMARY KEY (window=?)"), "\(move)")
        }
    }
}
#endif
