/// Writes the structure at the end of a file that says what is where.
struct FooterWriter {
    let schema: [ParquetColumn]
    let createdBy: String

    func footer(rowGroups: [WrittenRowGroup], rows: Int, keyValues: [String: String]) -> [UInt8] {
        var writer = ThriftWriter()
        writer.element { file in
            file.int32(1, 2)
            file.list(2, of: .structure, 0...schema.count) { file, index in
                file.element { index == 0 ? root(&$0) : leaf(schema[index - 1], &$0) }
            }
            file.int64(3, rows)
            file.list(4, of: .structure, Array(rowGroups.enumerated())) { file, group in
                file.element { rowGroup(group.element, ordinal: group.offset, &$0) }
            }
            if !keyValues.isEmpty {
                file.list(5, of: .structure, keyValues.sorted { $0.key < $1.key }) { file, pair in
                    file.element {
                        $0.binary(1, pair.key.utf8)
                        $0.binary(2, pair.value.utf8)
                    }
                }
            }
            file.binary(6, createdBy.utf8)
            // Every column is ordered as its type says; without this, readers do not trust the bounds.
            file.list(7, of: .structure, schema) { file, _ in file.element { $0.structure(1) } }
        }
        return writer.bytes
    }

    private func root(_ element: inout ThriftWriter) {
        element.binary(4, "schema".utf8)
        element.int32(5, schema.count)
    }

    private func leaf(_ column: ParquetColumn, _ element: inout ThriftWriter) {
        element.int32(1, column.type.physical.rawValue)
        element.int32(3, (column.isOptional ? FileLayout.Repetition.optional : .required).rawValue)
        element.binary(4, column.name.utf8)
        if let converted = column.type.converted { element.int32(6, converted.rawValue) }
        switch column.type {
        case .text: element.structure(10) { $0.structure(1) }
        case .timestampMilliseconds:
            element.structure(10) { logical in
                logical.structure(8) { timestamp in
                    timestamp.bool(1, true)
                    timestamp.structure(2) { $0.structure(1) }
                }
            }
        case .uint8, .uint16, .uint32, .uint64:
            element.structure(10) { logical in
                logical.structure(10) { integer in
                    integer.int8(1, Int8(column.type.unsignedBits ?? 0))
                    integer.bool(2, false)
                }
            }
        case .int32, .int64: break
        }
    }

    private func rowGroup(_ group: WrittenRowGroup, ordinal: Int, _ element: inout ThriftWriter) {
        element.list(1, of: .structure, Array(zip(schema, group.chunks))) { element, pair in
            element.element { chunk in
                let start = pair.1.dictionaryOffset ?? pair.1.dataOffset
                chunk.int64(2, start)
                chunk.structure(3) { metadata(pair.0, pair.1, &$0) }
            }
        }
        element.int64(2, group.chunks.reduce(0) { $0 + $1.plainBytes })
        element.int64(3, group.rows)
        element.int64(5, group.chunks.first.map { $0.dictionaryOffset ?? $0.dataOffset } ?? 0)
        element.int64(6, group.chunks.reduce(0) { $0 + $1.storedBytes })
    }

    private func metadata(_ column: ParquetColumn, _ chunk: WrittenChunk, _ element: inout ThriftWriter) {
        element.int32(1, column.type.physical.rawValue)
        element.list(2, of: .int32, chunk.encodings) { $0.element($1.rawValue) }
        element.list(3, of: .binary, [column.name]) { $0.element($1.utf8) }
        element.int32(4, FileLayout.Codec.zstd.rawValue)
        element.int64(5, chunk.rows)
        element.int64(6, chunk.plainBytes)
        element.int64(7, chunk.storedBytes)
        element.int64(9, chunk.dataOffset)
        if let offset = chunk.dictionaryOffset { element.int64(11, offset) }
        element.structure(12) { statistics in
            statistics.int64(3, chunk.nullCount)
            guard let bounds = chunk.bounds else { return }
            statistics.binary(5, bounds.maximum)
            statistics.binary(6, bounds.minimum)
        }
        guard let offset = chunk.bloomOffset else { return }
        element.int64(14, offset)
        element.int32(15, chunk.bloomLength)
    }
}
