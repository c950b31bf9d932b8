import FoundationEssentials
import GRDB
import GRDBSQLite

/// Decodes resources from the rows of one statement: each property from the column of its name.
///
/// Columns come in the order of the properties, so that the next one nearly always is the one asked for. Values that
/// are no scalars are kept as JSON.
final class RowDecoder: Decoder {
    private let columns: [String]
    private let statement: OpaquePointer
    private var next = 0

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// Of a statement that outlives it.
    init(_ statement: Statement) {
        columns = statement.columnNames
        self.statement = statement.sqliteStatement
    }

    /// Decodes the row that the statement stands on.
    /// - Throws: when a column is missing or has another type: the row is damaged.
    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        next = 0
        return try T(from: self)
    }

    fileprivate func position(of name: String) -> Int? {
        if next < columns.count, columns[next] == name { return next }
        return columns.firstIndex(of: name)
    }

    fileprivate func column(_ key: some CodingKey) throws -> Int {
        guard let position = position(of: key.stringValue) else {
            throw DecodingError.keyNotFound(key, .init(codingPath: [], debugDescription: "there is no such column"))
        }
        next = position + 1
        return position
    }

    // MARK: Columns of the row; a number that was asked for is one of `columns`

    fileprivate func isNull(_ column: Int) -> Bool { sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL }

    private func check(_ column: Int, is type: Int32) throws {
        guard sqlite3_column_type(statement, Int32(column)) == type else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: [], debugDescription: "the column \(columns[column]) holds a value of another type"))
        }
    }

    fileprivate func text(_ column: Int) throws -> String {
        try check(column, is: SQLITE_TEXT)
        guard let start = sqlite3_column_text(statement, Int32(column)) else { return "" }
        let count = Int(sqlite3_column_bytes(statement, Int32(column)))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    fileprivate func integer<Value: FixedWidthInteger>(_ type: Value.Type, _ column: Int) throws -> Value {
        try check(column, is: SQLITE_INTEGER)
        let value = sqlite3_column_int64(statement, Int32(column))
        guard let exact = Value(exactly: value) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: [], debugDescription: "\(value) in the column \(columns[column]) is out of range"))
        }
        return exact
    }

    fileprivate func number(_ column: Int) throws -> Double {
        if sqlite3_column_type(statement, Int32(column)) != SQLITE_INTEGER { try check(column, is: SQLITE_FLOAT) }
        return sqlite3_column_double(statement, Int32(column))
    }

    fileprivate func value<T: Decodable>(_ type: T.Type, _ column: Int) throws -> T {
        if type == [String].self, let list = StringList.read(try text(column)) as? T { return list }
        do { return try T(from: Column(reader: self, index: column)) } catch is Column.NeedsJSON {
            return try JSONDecoder().decode(type, from: Data(try text(column).utf8))
        }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(Columns<Key>(reader: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Column.NeedsJSON() }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { throw Column.NeedsJSON() }
}

/// The row's columns by name.
private struct Columns<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let reader: RowDecoder
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { [] }

    func contains(_ key: Key) -> Bool { reader.position(of: key.stringValue) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { reader.position(of: key.stringValue).map(reader.isNull) ?? true }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
        try reader.integer(Int64.self, reader.column(key)) != 0
    }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try reader.text(reader.column(key)) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try reader.number(reader.column(key)) }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { Float(try reader.number(reader.column(key))) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try reader.integer(type, reader.column(key)) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try reader.integer(type, reader.column(key)) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try reader.integer(type, reader.column(key)) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try reader.integer(type, reader.column(key)) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try reader.integer(type, reader.column(key)) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try reader.integer(type, reader.column(key)) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try reader.integer(type, reader.column(key)) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try reader.integer(type, reader.column(key)) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try reader.integer(type, reader.column(key)) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try reader.integer(type, reader.column(key)) }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        try reader.value(type, reader.column(key))
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { throw Column.NeedsJSON() }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw Column.NeedsJSON() }
    func superDecoder() throws -> any Decoder { reader }
    func superDecoder(forKey key: Key) throws -> any Decoder { reader }
}

/// One column, for a property that makes itself of a scalar.
private struct Column: Decoder, SingleValueDecodingContainer {
    /// The property is no scalar.
    struct NeedsJSON: Error {}

    let reader: RowDecoder
    let index: Int
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> { throw NeedsJSON() }
    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw NeedsJSON() }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

    func decodeNil() -> Bool { reader.isNull(index) }
    func decode(_ type: Bool.Type) throws -> Bool { try reader.integer(Int64.self, index) != 0 }
    func decode(_ type: String.Type) throws -> String { try reader.text(index) }
    func decode(_ type: Double.Type) throws -> Double { try reader.number(index) }
    func decode(_ type: Float.Type) throws -> Float { Float(try reader.number(index)) }
    func decode(_ type: Int.Type) throws -> Int { try reader.integer(type, index) }
    func decode(_ type: Int8.Type) throws -> Int8 { try reader.integer(type, index) }
    func decode(_ type: Int16.Type) throws -> Int16 { try reader.integer(type, index) }
    func decode(_ type: Int32.Type) throws -> Int32 { try reader.integer(type, index) }
    func decode(_ type: Int64.Type) throws -> Int64 { try reader.integer(type, index) }
    func decode(_ type: UInt.Type) throws -> UInt { try reader.integer(type, index) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try reader.integer(type, index) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try reader.integer(type, index) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try reader.integer(type, index) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try reader.integer(type, index) }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try reader.value(type, index) }
}

/// Lists of plain strings as their columns hold them: JSON.
private enum StringList {
    /// `nil`: not a list of strings without escapes; a JSON decoder must look.
    static func read(_ json: String) -> [String]? {
        if json == "[]" { return [] }
        guard json.hasPrefix("[\""), json.hasSuffix("\"]"), json.utf8.count >= 4,
            !json.utf8.contains(UInt8(ascii: "\\"))
        else { return nil }
        let parts = json.utf8.dropFirst(2).dropLast(2).split(
            separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
        // a","b: every other part is what stands between two strings.
        var list: [String] = []
        for (number, part) in parts.enumerated() {
            if number % 2 == 0 {
                list.append(String(Substring(part)))
            } else if !part.elementsEqual(CollectionOfOne(UInt8(ascii: ","))) {
                return nil
            }
        }
        return list
    }
}
