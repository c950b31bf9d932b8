import GRDB
import GRDBSQLite

/// A value that a statement takes.
enum SQLValue: Equatable {
    case integer(Int64)
    case text(String)
}

/// One run of a compiled statement, straight on SQLite: a call makes a dozen of them, and what a wrapper does around
/// each would cost more than the statement.
struct StatementRun: ~Copyable {
    /// Keeps the compiled form.
    private let owner: Statement
    private let statement: OpaquePointer

    /// - Throws: `DatabaseError` when there is not one value for each question mark.
    init(_ owner: Statement, _ values: [SQLValue]) throws {
        self.owner = owner
        statement = owner.sqliteStatement
        guard sqlite3_bind_parameter_count(statement) == values.count else {
            throw DatabaseError(
                resultCode: .SQLITE_MISUSE, message: "\(values.count) values for another number of question marks",
                sql: owner.sql)
        }
        for (index, value) in values.enumerated() { try bind(value, at: Int32(index + 1)) }
    }

    deinit { sqlite3_reset(statement) }

    /// `SQLITE_TRANSIENT`, a cast that Swift does not import: SQLite makes a copy of its own.
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    /// The row it stands on.
    var row: ColumnReader { ColumnReader(statement: statement) }

    /// Steps to the next row; `false` after the last.
    func next() throws -> Bool {
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw error(code)
        }
    }

    /// Runs what returns no row.
    consuming func run() throws { while try next() {} }

    private func bind(_ value: SQLValue, at place: Int32) throws {
        let code: Int32
        switch value {
        case .integer(let value): code = sqlite3_bind_int64(statement, place, value)
        case .text(var text):
            code = text.withUTF8 { utf8 in
                utf8.withMemoryRebound(to: CChar.self) { bytes in
                    sqlite3_bind_text64(
                        statement, place, bytes.baseAddress, UInt64(bytes.count), Self.copied, UInt8(SQLITE_UTF8))
                }
            }
        }
        guard code == SQLITE_OK else { throw error(code) }
    }

    private func error(_ code: Int32) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code),
            message: String(cString: sqlite3_errmsg(sqlite3_db_handle(statement))), sql: owner.sql)
    }
}
