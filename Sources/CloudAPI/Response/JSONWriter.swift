/// Writes `Encodable` values as JSON straight into bytes, members in the order in which a value encodes them.
///
/// `JSONEncoder` builds a tree of boxes first; an answer of ten resources then costs more than reading them.
final class JSONWriter: Encoder {
    fileprivate(set) var bytes: [UInt8] = []
    /// What closes the containers that are open, innermost last.
    private var closers: [UInt8] = []
    /// Whether the innermost container has no member yet.
    private var isFirst = true
    /// How many containers were open when the value being encoded began.
    private var valueDepth = 0

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    init(capacity: Int = 1024) { bytes.reserveCapacity(capacity) }

    /// Appends the JSON of `value`.
    /// - Throws: `EncodingError` for a number that JSON does not have, and what `value` throws.
    func write(_ value: some Encodable) throws {
        let depth = closers.count, start = bytes.count, outer = valueDepth
        valueDepth = depth
        defer { valueDepth = outer }
        try value.encode(to: self)
        close(to: depth)
        // A value that encodes nothing is an object without members.
        if bytes.count == start { bytes += [UInt8(ascii: "{"), UInt8(ascii: "}")] }
    }

    /// Appends what is JSON already.
    func raw(_ json: some Collection<UInt8>) { bytes.append(contentsOf: json) }

    // MARK: Containers

    fileprivate var depth: Int { closers.count }

    fileprivate func open(_ opener: UInt8, _ closer: UInt8) {
        bytes.append(opener)
        closers.append(closer)
        isFirst = true
    }

    /// Closes what was opened inside the container at `depth`.
    fileprivate func close(to depth: Int) {
        while closers.count > depth, let closer = closers.popLast() {
            bytes.append(closer)
            isFirst = false
        }
    }

    /// Begins the next member of the container at `depth`.
    fileprivate func member(at depth: Int) {
        close(to: depth)
        if isFirst { isFirst = false } else { bytes.append(UInt8(ascii: ",")) }
    }

    fileprivate func member(_ key: some CodingKey, at depth: Int) {
        member(at: depth)
        text(key.stringValue)
        bytes.append(UInt8(ascii: ":"))
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        // A value that asks twice goes on with its object.
        if valueDepth < closers.count, closers[valueDepth] == UInt8(ascii: "}") {
            return KeyedEncodingContainer(Keyed<Key>(writer: self, depth: valueDepth + 1))
        }
        return object(of: type)
    }

    private func object<Key: CodingKey>(of type: Key.Type) -> KeyedEncodingContainer<Key> {
        open(UInt8(ascii: "{"), UInt8(ascii: "}"))
        return KeyedEncodingContainer(Keyed<Key>(writer: self, depth: depth))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        open(UInt8(ascii: "["), UInt8(ascii: "]"))
        return Unkeyed(writer: self, depth: depth)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { Single(writer: self) }

    // MARK: Scalars

    fileprivate func null() { bytes += "null".utf8 }
    fileprivate func flag(_ value: Bool) { bytes += (value ? "true" : "false").utf8 }

    fileprivate func integer(_ value: some BinaryInteger) {
        if let small = UInt8(exactly: value), small < 10 {
            bytes.append(0x30 + small)
        } else {
            bytes += String(value).utf8
        }
    }

    fileprivate func number(_ value: Double) throws {
        guard value.isFinite else {
            throw EncodingError.invalidValue(
                value, .init(codingPath: [], debugDescription: "JSON has no \(value)"))
        }
        if let whole = Int64(exactly: value) { integer(whole) } else { bytes += "\(value)".utf8 }
    }

    /// A string with its quotes, escaped as RFC 8259 §7 demands and no further.
    func text(_ value: String) {
        bytes.append(UInt8(ascii: "\""))
        var value = value
        value.withUTF8 { utf8 in
            if utf8.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) {
                for byte in utf8 { escaped(byte) }
            } else {
                bytes.append(contentsOf: utf8)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)

    private func escaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
        case 0x08: bytes += #"\b"#.utf8
        case 0x09: bytes += #"\t"#.utf8
        case 0x0a: bytes += #"\n"#.utf8
        case 0x0c: bytes += #"\f"#.utf8
        case 0x0d: bytes += #"\r"#.utf8
        case ..<0x20:
            bytes += #"\u00"#.utf8
            bytes += [Self.hexDigits[Int(byte >> 4)], Self.hexDigits[Int(byte & 15)]]
        default: bytes.append(byte)
        }
    }

    // MARK: The three kinds of container

    private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let writer: JSONWriter
        let depth: Int
        var codingPath: [any CodingKey] { [] }

        func encodeNil(forKey key: Key) {
            writer.member(key, at: depth)
            writer.null()
        }
        func encode(_ value: Bool, forKey key: Key) {
            writer.member(key, at: depth)
            writer.flag(value)
        }
        func encode(_ value: String, forKey key: Key) {
            writer.member(key, at: depth)
            writer.text(value)
        }
        func encode(_ value: Double, forKey key: Key) throws {
            writer.member(key, at: depth)
            try writer.number(value)
        }
        func encode(_ value: Float, forKey key: Key) throws { try encode(Double(value), forKey: key) }
        func encode(_ value: Int, forKey key: Key) { integer(value, key) }
        func encode(_ value: Int8, forKey key: Key) { integer(value, key) }
        func encode(_ value: Int16, forKey key: Key) { integer(value, key) }
        func encode(_ value: Int32, forKey key: Key) { integer(value, key) }
        func encode(_ value: Int64, forKey key: Key) { integer(value, key) }
        func encode(_ value: UInt, forKey key: Key) { integer(value, key) }
        func encode(_ value: UInt8, forKey key: Key) { integer(value, key) }
        func encode(_ value: UInt16, forKey key: Key) { integer(value, key) }
        func encode(_ value: UInt32, forKey key: Key) { integer(value, key) }
        func encode(_ value: UInt64, forKey key: Key) { integer(value, key) }
        func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
            writer.member(key, at: depth)
            try writer.write(value)
        }
        private func integer(_ value: some BinaryInteger, _ key: Key) {
            writer.member(key, at: depth)
            writer.integer(value)
        }
        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) -> KeyedEncodingContainer<Nested> {
            writer.member(key, at: depth)
            return writer.object(of: type)
        }
        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
            writer.member(key, at: depth)
            return writer.unkeyedContainer()
        }
        func superEncoder() -> any Encoder {
            writer.member(at: depth)
            writer.text("super")
            writer.bytes.append(UInt8(ascii: ":"))
            writer.valueDepth = depth
            return writer
        }
        func superEncoder(forKey key: Key) -> any Encoder {
            writer.member(key, at: depth)
            writer.valueDepth = depth
            return writer
        }
    }

    private struct Unkeyed: UnkeyedEncodingContainer {
        let writer: JSONWriter
        let depth: Int
        var count = 0
        var codingPath: [any CodingKey] { [] }

        private mutating func member() {
            writer.member(at: depth)
            count += 1
        }
        mutating func encodeNil() {
            member()
            writer.null()
        }
        mutating func encode<T: Encodable>(_ value: T) throws {
            member()
            try writer.write(value)
        }
        mutating func encode(_ value: String) {
            member()
            writer.text(value)
        }
        mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
            member()
            return writer.object(of: type)
        }
        mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
            member()
            return writer.unkeyedContainer()
        }
        mutating func superEncoder() -> any Encoder {
            member()
            writer.valueDepth = depth
            return writer
        }
    }

    private struct Single: SingleValueEncodingContainer {
        let writer: JSONWriter
        var codingPath: [any CodingKey] { [] }

        func encodeNil() { writer.null() }
        func encode(_ value: Bool) { writer.flag(value) }
        func encode(_ value: String) { writer.text(value) }
        func encode(_ value: Double) throws { try writer.number(value) }
        func encode(_ value: Float) throws { try writer.number(Double(value)) }
        func encode(_ value: Int) { writer.integer(value) }
        func encode(_ value: Int8) { writer.integer(value) }
        func encode(_ value: Int16) { writer.integer(value) }
        func encode(_ value: Int32) { writer.integer(value) }
        func encode(_ value: Int64) { writer.integer(value) }
        func encode(_ value: UInt) { writer.integer(value) }
        func encode(_ value: UInt8) { writer.integer(value) }
        func encode(_ value: UInt16) { writer.integer(value) }
        func encode(_ value: UInt32) { writer.integer(value) }
        func encode(_ value: UInt64) { writer.integer(value) }
        func encode<T: Encodable>(_ value: T) throws { try writer.write(value) }
    }
}
