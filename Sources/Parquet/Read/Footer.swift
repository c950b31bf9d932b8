/// What the end of a file says of the rest.
struct Footer {
    var schema: [ParquetColumn] = []
    var rowGroups: [ParquetRowGroup] = []
    var rows = 0
    var keyValues: [String: String] = [:]
    var createdBy: String?
}

/// An element of the schema as it is stored.
struct SchemaElement {
    var physical: Int?
    var repetition = 0
    var name = ""
    var children = 0
    var converted: Int?
    var logical: LogicalType?

    enum LogicalType: Hashable {
        case text
        case timestamp(isUTC: Bool, unit: Int)
        case integer(bits: Int, isSigned: Bool)
        case other(Int)
    }

    init(_ reader: inout ThriftReader) throws(ParquetError) {
        try reader.structure { reader, field throws(ParquetError) in
            switch (field.id, field.type) {
            case (1, .int32): physical = try reader.integer()
            case (3, .int32): repetition = try reader.integer()
            case (4, .binary): name = try reader.text()
            case (5, .int32): children = try reader.integer()
            case (6, .int32): converted = try reader.integer()
            case (10, .structure): logical = try Self.logical(&reader)
            default: try reader.skip(field.type)
            }
        }
    }

    private static func logical(_ reader: inout ThriftReader) throws(ParquetError) -> LogicalType? {
        var result: LogicalType?
        try reader.structure { reader, choice throws(ParquetError) in
            switch (choice.id, choice.type) {
            case (8, .structure):
                var isUTC = false
                var unit = 0
                try reader.structure { reader, field throws(ParquetError) in
                    switch (field.id, field.type) {
                    case (1, .boolTrue): isUTC = true
                    case (2, .structure):
                        try reader.structure { reader, choice throws(ParquetError) in
                            unit = choice.id
                            try reader.skip(choice.type)
                        }
                    default: try reader.skip(field.type)
                    }
                }
                result = .timestamp(isUTC: isUTC, unit: unit)
            case (10, .structure):
                var bits = 0
                var isSigned = false
                try reader.structure { reader, field throws(ParquetError) in
                    switch (field.id, field.type) {
                    case (1, .int8): bits = try reader.int8()
                    case (2, .boolTrue): isSigned = true
                    default: try reader.skip(field.type)
                    }
                }
                result = .integer(bits: bits, isSigned: isSigned)
            default:
                result = choice.id == 1 ? .text : .other(choice.id)
                try reader.skip(choice.type)
            }
        }
        return result
    }

    /// The column it is; throws `ParquetError.unsupported` with the name of what there is no type for.
    func column() throws(ParquetError) -> ParquetColumn {
        guard !name.isEmpty else { throw .damaged("a column without a name") }
        guard children == 0, let physical else { throw .unsupported("nested column \(name)") }
        guard let repetition = FileLayout.Repetition(rawValue: repetition) else {
            throw .damaged("repetition of column \(name)")
        }
        guard repetition != .repeated else { throw .unsupported("repeated column \(name)") }
        guard let physical = FileLayout.Physical(rawValue: physical) else { throw .damaged("type of column \(name)") }
        guard let type = type(physical) else {
            let annotation = logical.map { ", annotated \($0)" } ?? converted.map { ", annotated \($0)" } ?? ""
            throw .unsupported("column \(name) of physical type \(physical)\(annotation)")
        }
        return ParquetColumn(name, type, isOptional: repetition == .optional)
    }

    private func type(_ physical: FileLayout.Physical) -> ParquetType? {
        guard let logical = logical ?? legacy else {
            guard converted == nil else { return nil }
            return physical == .int32 ? .int32 : physical == .int64 ? .int64 : nil
        }
        return switch (physical, logical) {
        case (.int32, .integer(8, false)): .uint8
        case (.int32, .integer(16, false)): .uint16
        case (.int32, .integer(32, false)): .uint32
        case (.int32, .integer(8, true)), (.int32, .integer(16, true)), (.int32, .integer(32, true)): .int32
        case (.int64, .integer(64, false)): .uint64
        case (.int64, .integer(64, true)): .int64
        case (.int64, .timestamp(isUTC: true, unit: 1)): .timestampMilliseconds
        case (.byteArray, .text): .text
        default: nil
        }
    }

    private var legacy: LogicalType? {
        switch converted.flatMap(FileLayout.Converted.init(rawValue:)) {
        case .utf8: .text
        case .timestampMillis: .timestamp(isUTC: true, unit: 1)
        case .uint8: .integer(bits: 8, isSigned: false)
        case .uint16: .integer(bits: 16, isSigned: false)
        case .uint32: .integer(bits: 32, isSigned: false)
        case .uint64: .integer(bits: 64, isSigned: false)
        case .int8: .integer(bits: 8, isSigned: true)
        case .int16: .integer(bits: 16, isSigned: true)
        case .int32: .integer(bits: 32, isSigned: true)
        case .int64: .integer(bits: 64, isSigned: true)
        case nil: nil
        }
    }
}
