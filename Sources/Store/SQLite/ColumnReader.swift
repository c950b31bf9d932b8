import GRDB
import GRDBSQLite

/// The columns, from 0, of the row that a statement stands on. What a column holds is checked, never converted: a row
/// with another type in it is damaged.
struct ColumnReader {
    let statement: OpaquePointer

    func isNull(_ column: Int) -> Bool { sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL }

    /// - Throws: `DecodingError`, like all that follow.
    func text(_ column: Int) throws -> String { String(decoding: try utf8(column), as: UTF8.self) }

    /// The texts of a list; `nil` when a JSON decoder must look.
    func texts(_ column: Int) throws -> [String]? { TextList.read(try utf8(column)) }

    /// Good until the statement steps on.
    private func utf8(_ column: Int) throws -> UnsafeBufferPointer<UInt8> {
        try check(column, is: SQLITE_TEXT)
        let start = sqlite3_column_text(statement, Int32(column))
        return UnsafeBufferPointer(
            start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(statement, Int32(column))))
    }

    func integer<Value: FixedWidthInteger>(_ type: Value.Type, _ column: Int) throws -> Value {
        try check(column, is: SQLITE_INTEGER)
        let value = sqlite3_column_int64(statement, Int32(column))
        guard let exact = Value(exactly: value) else { throw damage("\(value) is out of range", column) }
        return exact
    }

    func number(_ column: Int) throws -> Double {
        if sqlite3_column_type(statement, Int32(column)) != SQLITE_INTEGER { try check(column, is: SQLITE_FLOAT) }
        return sqlite3_column_double(statement, Int32(column))
    }

    /// Whether the column holds just this.
    func holds(_ value: SQLValue, _ column: Int) -> Bool {
        switch (value, sqlite3_column_type(statement, Int32(column))) {
        case (.integer(let value), SQLITE_INTEGER): return sqlite3_column_int64(statement, Int32(column)) == value
        case (.text(let value), SQLITE_TEXT):
            guard let start = sqlite3_column_text(statement, Int32(column)) else { return value.isEmpty }
            let count = Int(sqlite3_column_bytes(statement, Int32(column)))
            return value.utf8.elementsEqual(UnsafeBufferPointer(start: start, count: count))
        default: return false
        }
    }

    private func check(_ column: Int, is type: Int32) throws {
        guard sqlite3_column_type(statement, Int32(column)) == type else {
            throw damage("a value of another type", column)
        }
    }

    private func damage(_ what: String, _ column: Int) -> DecodingError {
        let name = sqlite3_column_name(statement, Int32(column)).map { String(cString: $0) } ?? "\(column)"
        return .dataCorrupted(.init(codingPath: [], debugDescription: "the column \(name) holds \(what)"))
    }
}
