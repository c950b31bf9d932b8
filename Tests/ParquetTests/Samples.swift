import Parquet

/// Schemas and rows made by chance, the same for the same seed.
struct Samples {
    var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    /// A column of every type, encoding and kind.
    static let everything: [ParquetColumn] = {
        var columns: [ParquetColumn] = []
        for type in ParquetType.allCases {
            let encodings: [ParquetColumn.Encoding] =
                type == .text ? [.automatic, .plain, .dictionary] : [.automatic, .plain, .dictionary, .delta]
            for encoding in encodings {
                for isOptional in [false, true] {
                    columns.append(
                        ParquetColumn(
                            "\(type)-\(encoding)\(isOptional ? "-optional" : "")", type, isOptional: isOptional,
                            encoding: encoding, hasBloomFilter: encoding != .plain))
                }
            }
        }
        return columns
    }()

    /// Rows for the schema: by chance constant, of few values, rising, or of the whole range.
    mutating func rows(_ count: Int, of schema: [ParquetColumn]) -> [ParquetColumnData] {
        schema.map { column in
            let present = column.isOptional ? presence(count) : nil
            let values: ParquetColumnData.Values =
                switch column.type {
                case .uint8: .uint8(numbers(count, present))
                case .uint16: .uint16(numbers(count, present))
                case .uint32: .uint32(numbers(count, present))
                case .uint64: .uint64(numbers(count, present))
                case .int32: .int32(numbers(count, present))
                case .int64, .timestampMilliseconds: .int64(numbers(count, present))
                case .text: texts(count, present)
                }
            return ParquetColumnData(values, present: present)
        }
    }

    private mutating func presence(_ count: Int) -> [Bool]? {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: nil
        case 1: [Bool](repeating: false, count: count)
        case 2: (0..<count).map { $0 / 50 % 2 == 0 }
        default: (0..<count).map { _ in Bool.random(using: &random) }
        }
    }

    private mutating func numbers<T: FixedWidthInteger>(_ count: Int, _ present: [Bool]?) -> [T] {
        let kind = Int.random(in: 0..<5, using: &random)
        let few = (0..<7).map { _ in T.random(in: .min ... .max, using: &random) }
        var next = T.random(in: .min ... .max, using: &random)
        return (0..<count).map { row in
            if let present, !present[row] { return 0 }
            switch kind {
            case 0: return few[0]
            case 1: return few[Int.random(in: 0..<7, using: &random)]
            case 2: next = next &+ 1 &+ T.random(in: 0...3, using: &random)
            case 3: return Bool.random(using: &random) ? T.min : T.max
            default: next = T.random(in: .min ... .max, using: &random)
            }
            return next
        }
    }

    private mutating func texts(_ count: Int, _ present: [Bool]?) -> ParquetColumnData.Values {
        let alphabet = ["", "eni-1", "10.0.0.1", "::", "ß", "日本", "zz", "a\u{0}b", String(repeating: "x", count: 300)]
        let kinds = Int.random(in: 1...max(2, count), using: &random)
        var dictionary = (0..<kinds).map { index in
            index < alphabet.count ? alphabet[index] : "10.\(index >> 8 & 255).\(index & 255).\(index >> 16)"
        }
        // Not every entry is used, and the order is any.
        dictionary.shuffle(using: &random)
        return .text(
            dictionary: dictionary,
            indices: (0..<count).map { row in
                if let present, !present[row] { return 0 }
                return UInt32.random(in: 0..<UInt32(kinds), using: &random)
            })
    }
}

extension ParquetColumnData {
    /// Row by row, as text: what two stores of the same values have in common. Nil where a row has none.
    var cells: [String?] {
        let all: [String] =
            switch values {
            case .uint8(let values): values.map { "\($0)" }
            case .uint16(let values): values.map { "\($0)" }
            case .uint32(let values): values.map { "\($0)" }
            case .uint64(let values): values.map { "\($0)" }
            case .int32(let values): values.map { "\($0)" }
            case .int64(let values): values.map { "\($0)" }
            case .text(let dictionary, let indices):
                indices.map { dictionary.indices.contains(Int($0)) ? dictionary[Int($0)] : "" }
            }
        guard let present else { return all }
        return zip(all, present).map { $1 ? $0 : nil }
    }
}

/// A file of these row groups in memory.
func file(
    _ schema: [ParquetColumn], _ groups: [[ParquetColumnData]], pageRows: Int = 65_536,
    keyValues: [String: String] = [:]
) throws -> [UInt8] {
    var writer = try ParquetWriter(schema: schema, createdBy: "weir test", pageRows: pageRows)
    var bytes: [UInt8] = []
    for group in groups {
        #if DEBUG
        let before = writer.byteCount
        precondition(before == bytes.count)
        #endif
        bytes += try writer.add(group)
    }
    return bytes + (try writer.finish(keyValues: keyValues))
}
