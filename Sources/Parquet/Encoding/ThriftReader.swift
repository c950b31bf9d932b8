/// Reads structures in Thrift's compact protocol from bytes that are not trusted.
struct ThriftReader {
    /// A field of a structure, whose value comes next.
    struct Field {
        let id: Int
        let type: ThriftType
    }

    private(set) var cursor: ByteCursor
    private var depth = 0
    private static let deepest = 12

    init(_ bytes: [UInt8], place: String) {
        self.init(ByteCursor(bytes, place: place))
    }

    /// Reads on where the cursor is.
    init(_ cursor: ByteCursor) {
        self.cursor = cursor
    }

    var position: Int { cursor.position }

    /// Reads a structure: `body` reads or skips the value of each field.
    mutating func structure(
        _ body: (inout Self, Field) throws(ParquetError) -> Void
    ) throws(ParquetError) {
        guard depth < Self.deepest else { throw cursor.damaged("structures nested too deeply") }
        depth += 1
        var last = 0
        while true {
            let header = try cursor.byte()
            guard header & 0x0f != 0 else { break }
            guard let type = ThriftType(rawValue: header & 0x0f) else { throw cursor.damaged("an unknown type") }
            if header >> 4 == 0 {
                guard let id = Int16(exactly: try cursor.zigzag()) else { throw cursor.damaged("a field's number") }
                last = Int(id)
            } else {
                last += Int(header >> 4)
            }
            try body(&self, Field(id: last, type: type))
        }
        depth -= 1
    }

    /// Reads a list whose elements are of one type: `body` reads each. Every element takes a byte at least, so that
    /// the bytes there are bound their number.
    mutating func list(
        of expected: ThriftType, _ body: (inout Self) throws(ParquetError) -> Void
    ) throws(ParquetError) {
        let (type, count) = try listHeader()
        guard type == expected || count == 0 else { throw cursor.damaged("a list of another type") }
        for _ in 0..<count { try body(&self) }
    }

    private mutating func listHeader() throws(ParquetError) -> (ThriftType, Int) {
        let header = try cursor.byte()
        let count = header >> 4 == 15 ? try cursor.count(cursor.remaining, of: "elements") : Int(header >> 4)
        guard count > 0 else { return (.structure, 0) }
        guard let type = ThriftType(rawValue: header & 0x0f) else { throw cursor.damaged("an unknown type") }
        return (type, count)
    }

    /// An integer of 16, 32 or 64 bits.
    mutating func integer() throws(ParquetError) -> Int {
        Int(try cursor.zigzag())
    }

    mutating func int8() throws(ParquetError) -> Int {
        Int(Int8(bitPattern: try cursor.byte()))
    }

    mutating func binary() throws(ParquetError) -> ArraySlice<UInt8> {
        let count = try cursor.count(cursor.remaining, of: "bytes")
        let start = try cursor.skip(count)
        return cursor.bytes[start..<start + count]
    }

    mutating func text() throws(ParquetError) -> String {
        guard let text = String(validating: try binary(), as: UTF8.self) else {
            throw cursor.damaged("text that is not UTF-8")
        }
        return text
    }

    /// Passes over a value.
    mutating func skip(_ type: ThriftType) throws(ParquetError) {
        switch type {
        case .boolTrue, .boolFalse: break
        case .int8: _ = try cursor.skip(1)
        case .int16, .int32, .int64: _ = try cursor.varint()
        case .double: _ = try cursor.skip(8)
        case .uuid: _ = try cursor.skip(16)
        case .binary: _ = try binary()
        case .structure:
            try structure { reader, field throws(ParquetError) in try reader.skip(field.type) }
        case .list, .set:
            try nested { reader throws(ParquetError) in
                let (type, count) = try reader.listHeader()
                for _ in 0..<count { try reader.skipElement(type) }
            }
        case .map:
            try nested { reader throws(ParquetError) in
                let count = try reader.cursor.count(reader.cursor.remaining, of: "entries")
                guard count > 0 else { return }
                let types = try reader.cursor.byte()
                guard let key = ThriftType(rawValue: types >> 4), let value = ThriftType(rawValue: types & 0x0f) else {
                    throw reader.cursor.damaged("an unknown type")
                }
                for _ in 0..<count {
                    try reader.skipElement(key)
                    try reader.skipElement(value)
                }
            }
        }
    }

    /// Unlike in a field, a truth value that is an element takes a byte.
    private mutating func skipElement(_ type: ThriftType) throws(ParquetError) {
        if type == .boolTrue || type == .boolFalse { _ = try cursor.byte() } else { try skip(type) }
    }

    private mutating func nested(_ body: (inout Self) throws(ParquetError) -> Void) throws(ParquetError) {
        guard depth < Self.deepest else { throw cursor.damaged("lists nested too deeply") }
        depth += 1
        try body(&self)
        depth -= 1
    }
}
