/// The types of fields in Thrift's compact protocol:
/// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md.
enum ThriftType: UInt8 {
    case boolTrue = 1, boolFalse, int8, int16, int32, int64, double, binary, list, set, map, structure, uuid
}

/// Writes structures in Thrift's compact protocol.
struct ThriftWriter {
    private(set) var bytes: [UInt8] = []
    private var last = 0

    /// A field of the structure that is being written, in rising order of their numbers.
    private mutating func header(_ field: Int, _ type: ThriftType) {
        let step = field - last
        if (1...15).contains(step) {
            bytes.append(UInt8(step) << 4 | type.rawValue)
        } else {
            bytes.append(type.rawValue)
            bytes.append(zigzag: Int64(field))
        }
        last = field
    }

    mutating func bool(_ field: Int, _ value: Bool) {
        header(field, value ? .boolTrue : .boolFalse)
    }

    mutating func int8(_ field: Int, _ value: Int8) {
        header(field, .int8)
        bytes.append(UInt8(bitPattern: value))
    }

    mutating func int32(_ field: Int, _ value: Int) {
        header(field, .int32)
        bytes.append(zigzag: Int64(value))
    }

    mutating func int64(_ field: Int, _ value: Int) {
        header(field, .int64)
        bytes.append(zigzag: Int64(value))
    }

    mutating func binary(_ field: Int, _ value: some Collection<UInt8>) {
        header(field, .binary)
        element(value)
    }

    mutating func structure(_ field: Int, _ body: (inout Self) -> Void = { _ in }) {
        header(field, .structure)
        element(body)
    }

    mutating func list<T>(
        _ field: Int, of type: ThriftType, _ values: some Collection<T>, _ body: (inout Self, T) -> Void
    ) {
        header(field, .list)
        if values.count < 15 {
            bytes.append(UInt8(values.count) << 4 | type.rawValue)
        } else {
            bytes.append(0xf0 | type.rawValue)
            bytes.append(varint: UInt64(values.count))
        }
        for value in values { body(&self, value) }
    }

    /// A structure that is an element of a list, or the outermost.
    mutating func element(_ body: (inout Self) -> Void) {
        let outer = last
        last = 0
        body(&self)
        bytes.append(0)
        last = outer
    }

    /// An integer that is an element of a list.
    mutating func element(_ value: Int) {
        bytes.append(zigzag: Int64(value))
    }

    /// Bytes that are an element of a list.
    mutating func element(_ value: some Collection<UInt8>) {
        bytes.append(varint: UInt64(value.count))
        bytes.append(contentsOf: value)
    }
}
