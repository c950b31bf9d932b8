import FoundationEssentials

/// One column of a row, by name.
struct ColumnValue {
    let name: String
    let value: SQLValue
}

/// Takes resources apart into the columns of their rows: each property under its name, as ``RowDecoder`` reads it.
///
/// Texts, integers and flags are columns; everything else is kept as JSON. No property of a resource is optional:
/// every column is NOT NULL.
final class RowEncoder: Encoder {
    fileprivate var columns: [ColumnValue] = []
    fileprivate let column = ColumnEncoder()

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// The columns of a resource in the order of its properties.
    static func columns(of resource: some Encodable) throws -> [ColumnValue] {
        let encoder = RowEncoder()
        encoder.columns.reserveCapacity(24)
        try resource.encode(to: encoder)
        return encoder.columns
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(Columns<Key>(row: self))
    }
    func unkeyedContainer() -> any UnkeyedEncodingContainer { JSONNeeded() }
    func singleValueContainer() -> any SingleValueEncodingContainer { JSONNeeded() }

    private struct Columns<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let row: RowEncoder
        var codingPath: [any CodingKey] { [] }

        private func add(_ value: SQLValue, _ key: Key) {
            row.columns.append(ColumnValue(name: key.stringValue, value: value))
        }

        func encode(_ value: String, forKey key: Key) { add(.text(value), key) }
        func encode(_ value: Bool, forKey key: Key) { add(.integer(value ? 1 : 0), key) }
        func encode(_ value: Int, forKey key: Key) { add(.integer(Int64(value)), key) }
        func encode(_ value: Int64, forKey key: Key) { add(.integer(value), key) }
        func encode<T: Encodable>(_ value: T, forKey key: Key) throws { add(try row.column.value(of: value), key) }

        func encodeNil(forKey key: Key) throws { throw JSONNeeded.Refusal() }
        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) -> KeyedEncodingContainer<Nested> { KeyedEncodingContainer(JSONNeeded.Keyed<Nested>()) }
        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { JSONNeeded() }
        func superEncoder() -> any Encoder { row.column }
        func superEncoder(forKey key: Key) -> any Encoder { row.column }
    }
}

/// One property that is neither text, integer nor flag itself: it encodes itself as one, or is kept as JSON.
private final class ColumnEncoder: Encoder, SingleValueEncodingContainer {
    private var scalar: SQLValue?
    /// The members of a list of plain texts.
    private var texts: [String]?

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func value(of value: some Encodable) throws -> SQLValue {
        scalar = nil
        texts = nil
        do { try value.encode(to: self) } catch is JSONNeeded.Refusal {
            let encoder = JSONEncoder()
            // The same text for the same value.
            encoder.outputFormatting = .sortedKeys
            return .text(String(decoding: try encoder.encode(value), as: UTF8.self))
        }
        if let texts { return .text(texts.isEmpty ? "[]" : "[\"" + texts.joined(separator: "\",\"") + "\"]") }
        guard let scalar else { throw JSONNeeded.Refusal() }
        return scalar
    }

    fileprivate func add(_ member: some Encodable) throws {
        scalar = nil
        try member.encode(to: self)
        guard case .text(let text)? = scalar, !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5c })
        else {
            throw JSONNeeded.Refusal()
        }
        texts?.append(text)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(JSONNeeded.Keyed<Key>())
    }
    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        guard texts == nil else { return JSONNeeded() }
        texts = []
        return Texts(column: self)
    }
    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodeNil() throws { throw JSONNeeded.Refusal() }
    func encode(_ value: Bool) { scalar = .integer(value ? 1 : 0) }
    func encode(_ value: String) { scalar = .text(value) }
    func encode(_ value: Double) throws { throw JSONNeeded.Refusal() }
    func encode(_ value: Float) throws { throw JSONNeeded.Refusal() }
    func encode(_ value: Int) throws { try integer(value) }
    func encode(_ value: Int8) throws { try integer(value) }
    func encode(_ value: Int16) throws { try integer(value) }
    func encode(_ value: Int32) throws { try integer(value) }
    func encode(_ value: Int64) throws { try integer(value) }
    func encode(_ value: UInt) throws { try integer(value) }
    func encode(_ value: UInt8) throws { try integer(value) }
    func encode(_ value: UInt16) throws { try integer(value) }
    func encode(_ value: UInt32) throws { try integer(value) }
    func encode(_ value: UInt64) throws { try integer(value) }
    func encode<T: Encodable>(_ value: T) throws { try value.encode(to: self) }

    private func integer(_ value: some BinaryInteger) throws {
        guard let exact = Int64(exactly: value) else {
            throw EncodingError.invalidValue(
                value, .init(codingPath: [], debugDescription: "a column does not hold \(value)"))
        }
        scalar = .integer(exact)
    }

    private struct Texts: UnkeyedEncodingContainer {
        let column: ColumnEncoder
        private(set) var count = 0
        var codingPath: [any CodingKey] { [] }

        init(column: ColumnEncoder) { self.column = column }

        mutating func encode<T: Encodable>(_ value: T) throws {
            try column.add(value)
            count += 1
        }
        func encodeNil() throws { throw JSONNeeded.Refusal() }
        func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
            KeyedEncodingContainer(JSONNeeded.Keyed<Key>())
        }
        func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { JSONNeeded() }
        func superEncoder() -> any Encoder { column }
    }
}

/// Stands for containers that no column has: whatever goes into them needs JSON.
private struct JSONNeeded: UnkeyedEncodingContainer, SingleValueEncodingContainer {
    struct Refusal: Error {}

    var count: Int { 0 }
    var codingPath: [any CodingKey] { [] }

    func encodeNil() throws { throw Refusal() }
    func encode<T: Encodable>(_ value: T) throws { throw Refusal() }
    func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(Keyed<Key>())
    }
    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { self }
    func superEncoder() -> any Encoder { ColumnEncoder() }

    struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
        var codingPath: [any CodingKey] { [] }

        func encodeNil(forKey key: Key) throws { throw Refusal() }
        func encode<T: Encodable>(_ value: T, forKey key: Key) throws { throw Refusal() }
        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) -> KeyedEncodingContainer<Nested> { KeyedEncodingContainer(Keyed<Nested>()) }
        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { JSONNeeded() }
        func superEncoder() -> any Encoder { ColumnEncoder() }
        func superEncoder(forKey key: Key) -> any Encoder { ColumnEncoder() }
    }
}
