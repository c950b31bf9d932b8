import FoundationEssentials
import GRDB

/// Decodes resources from the rows of one statement: each property from the column of its name.
///
/// Columns come in the order of the properties, so that the next one nearly always is the one asked for. Values that
/// are no scalars are kept as JSON.
final class RowDecoder: Decoder {
    private var names: ColumnNames
    fileprivate let row: ColumnReader

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// Of a statement that outlives it.
    init(_ statement: Statement) {
        names = ColumnNames(statement)
        row = ColumnReader(statement: statement.sqliteStatement)
    }

    /// Decodes the row that the statement stands on.
    /// - Throws: when a column is missing or has another type: the row is damaged.
    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        names.startOver()
        return try T(from: self)
    }

    fileprivate func position(of key: some CodingKey) -> Int? { names.position(of: key.stringValue) }

    fileprivate func column(_ key: some CodingKey) throws -> Int {
        guard let position = names.position(of: key.stringValue) else {
            throw DecodingError.keyNotFound(key, .init(codingPath: [], debugDescription: "there is no such column"))
        }
        return position
    }

    fileprivate func value<T: Decodable>(_ type: T.Type, _ column: Int) throws -> T {
        if type == [String].self, let list = try row.texts(column) as? T { return list }
        do { return try T(from: Column(reader: self, index: column)) } catch is Column.NeedsJSON {
            return try JSONDecoder().decode(type, from: Data(try row.text(column).utf8))
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

    func contains(_ key: Key) -> Bool { reader.position(of: key) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { reader.position(of: key).map(reader.row.isNull) ?? true }

    /// Inlined, so that it is compiled for each kind of number.
    @inline(__always)
    private func integer<Value: FixedWidthInteger>(_ key: Key) throws -> Value {
        try reader.row.integer(Value.self, reader.column(key))
    }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
        try reader.row.integer(Int64.self, reader.column(key)) != 0
    }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try reader.row.text(reader.column(key)) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try reader.row.number(reader.column(key)) }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
        Float(try reader.row.number(reader.column(key)))
    }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try integer(key) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try integer(key) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try integer(key) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try integer(key) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try integer(key) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try integer(key) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try integer(key) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try integer(key) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try integer(key) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try integer(key) }
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
struct Column: Decoder, SingleValueDecodingContainer {
    /// The property is no scalar.
    struct NeedsJSON: Error {}

    let reader: RowDecoder
    let index: Int
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> { throw NeedsJSON() }
    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard let texts = try reader.row.texts(index) else { throw NeedsJSON() }
        return TextList(texts: texts)
    }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

    func decodeNil() -> Bool { reader.row.isNull(index) }
    func decode(_ type: Bool.Type) throws -> Bool { try reader.row.integer(Int64.self, index) != 0 }
    func decode(_ type: String.Type) throws -> String { try reader.row.text(index) }
    func decode(_ type: Double.Type) throws -> Double { try reader.row.number(index) }
    func decode(_ type: Float.Type) throws -> Float { Float(try reader.row.number(index)) }
    func decode(_ type: Int.Type) throws -> Int { try reader.row.integer(type, index) }
    func decode(_ type: Int8.Type) throws -> Int8 { try reader.row.integer(type, index) }
    func decode(_ type: Int16.Type) throws -> Int16 { try reader.row.integer(type, index) }
    func decode(_ type: Int32.Type) throws -> Int32 { try reader.row.integer(type, index) }
    func decode(_ type: Int64.Type) throws -> Int64 { try reader.row.integer(type, index) }
    func decode(_ type: UInt.Type) throws -> UInt { try reader.row.integer(type, index) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try reader.row.integer(type, index) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try reader.row.integer(type, index) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try reader.row.integer(type, index) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try reader.row.integer(type, index) }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try reader.value(type, index) }
}
