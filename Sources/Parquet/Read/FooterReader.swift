/// Finds and reads the footer of a file that is not trusted.
struct FooterReader {
    let source: any ParquetSource
    let limits: ParquetLimits

    func read() throws(ParquetError) -> Footer {
        let magic = FileLayout.magic
        guard source.count >= 3 * 4 else { throw .damaged("\(source.count) bytes, which is too short") }
        guard try source.read(at: 0, count: 4) == magic else { throw .damaged("no PAR1 at the start") }
        var end = ByteCursor(try source.read(at: source.count - 8, count: 8), place: "footer")
        let length = Int(try end.littleEndian(UInt32.self))
        guard Array(end.bytes[4..<8]) == magic else {
            throw end.bytes[4..<8].elementsEqual("PARE".utf8)
                ? .unsupported("encrypted footer") : .damaged("no PAR1 at the end")
        }
        guard length <= source.count - 12 else { throw .damaged("a footer of \(length) of \(source.count) bytes") }
        guard length <= limits.footerBytes else { throw .beyondLimit("a footer of \(length) bytes") }
        let start = source.count - 8 - length
        var reader = ThriftReader(try source.read(at: start, count: length), place: "footer")
        return try footer(&reader, dataEnd: start)
    }

    private func footer(_ reader: inout ThriftReader, dataEnd: Int) throws(ParquetError) -> Footer {
        var elements: [SchemaElement] = []
        var groups: [StoredRowGroup] = []
        var footer = Footer()
        try reader.structure { reader, field throws(ParquetError) in
            switch (field.id, field.type) {
            case (2, .list):
                try reader.list(of: .structure) { reader throws(ParquetError) in
                    guard elements.count <= limits.columns else {
                        throw .beyondLimit("more than \(limits.columns) columns")
                    }
                    elements.append(try SchemaElement(&reader))
                }
            case (3, .int64): footer.rows = try reader.integer()
            case (4, .list):
                try reader.list(of: .structure) { reader throws(ParquetError) in
                    guard groups.count < limits.rowGroups else {
                        throw .beyondLimit("more than \(limits.rowGroups) row groups")
                    }
                    groups.append(try StoredRowGroup(&reader, limits: limits))
                }
            case (5, .list):
                try reader.list(of: .structure) { reader throws(ParquetError) in
                    guard footer.keyValues.count < limits.keyValues else {
                        throw .beyondLimit("more than \(limits.keyValues) keys")
                    }
                    let (key, value) = try keyValue(&reader)
                    footer.keyValues[key] = value
                }
            case (6, .binary): footer.createdBy = try reader.text()
            case (8, .structure): throw .unsupported("encryption")
            default: try reader.skip(field.type)
            }
        }
        guard let root = elements.first, root.children == elements.count - 1, root.children > 0 else {
            guard elements.isEmpty else { throw .unsupported("nested or empty schema") }
            throw .damaged("no schema in the footer")
        }
        for element in elements.dropFirst() { footer.schema.append(try element.column()) }
        guard Set(footer.schema.map(\.name)).count == footer.schema.count else {
            throw .damaged("two columns of one name")
        }
        var rows = 0
        for (index, group) in groups.enumerated() {
            guard group.rows >= 0 else { throw .damaged("row group \(index) of \(group.rows) rows") }
            guard group.rows <= limits.rows else { throw .beyondLimit("row group \(index) of \(group.rows) rows") }
            rows += group.rows
            footer.rowGroups.append(try group.checked(footer.schema, dataEnd: dataEnd, place: "row group \(index)"))
        }
        guard rows == footer.rows else { throw .damaged("\(footer.rows) rows, \(rows) in row groups") }
        return footer
    }

    private func keyValue(_ reader: inout ThriftReader) throws(ParquetError) -> (String, String) {
        var pair = ("", "")
        try reader.structure { reader, field throws(ParquetError) in
            switch (field.id, field.type) {
            case (1, .binary): pair.0 = try reader.text()
            case (2, .binary): pair.1 = try reader.text()
            default: try reader.skip(field.type)
            }
        }
        return pair
    }
}
