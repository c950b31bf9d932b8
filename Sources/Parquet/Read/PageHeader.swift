/// The header of a page.
struct PageHeader {
    private(set) var type = FileLayout.Page.data
    /// Sizes of what follows, in bytes.
    private(set) var plain = -1
    private(set) var stored = -1
    private(set) var crc: UInt32?
    /// Rows of a data page, entries of a dictionary.
    private(set) var values = -1
    private(set) var encoding = FileLayout.Encoding.plain
    /// How definition levels of a page of version 1 are encoded.
    private(set) var levels = FileLayout.Encoding.rle
    /// Of pages of version 2.
    private(set) var levelBytes = 0
    private(set) var repetitionBytes = 0
    private(set) var isCompressed = true

    /// Reads it and leaves the cursor behind it.
    init(_ cursor: inout ByteCursor) throws(ParquetError) {
        var reader = ThriftReader(cursor)
        var number = -1
        var body: Int?
        try reader.structure { reader, field throws(ParquetError) in
            switch (field.id, field.type) {
            case (1, .int32): number = try reader.integer()
            case (2, .int32): plain = try reader.integer()
            case (3, .int32): stored = try reader.integer()
            case (4, .int32): crc = UInt32(truncatingIfNeeded: try reader.integer())
            case (5, .structure), (7, .structure), (8, .structure):
                body = field.id
                try details(of: field.id, &reader)
            default: try reader.skip(field.type)
            }
        }
        guard let type = FileLayout.Page(rawValue: number) else { throw .unsupported("a page of type \(number)") }
        let expected: Int? =
            switch type {
            case .data: 5
            case .index: nil
            case .dictionary: 7
            case .dataV2: 8
            }
        guard plain >= 0, stored >= 0, expected == nil || body == expected && values >= 0 else {
            throw cursor.damaged("header of the page at \(cursor.position)")
        }
        self.type = type
        cursor = reader.cursor
    }

    private mutating func details(of page: Int, _ reader: inout ThriftReader) throws(ParquetError) {
        // Where the encoding is: second field of the old headers, fourth of version 2.
        let isVersion2 = page == 8
        try reader.structure { reader, field throws(ParquetError) in
            switch (field.id, field.type) {
            case (1, .int32): values = try reader.integer()
            case (2, .int32) where !isVersion2, (4, .int32) where isVersion2: encoding = try encoding(&reader)
            case (3, .int32) where page == 5: levels = try encoding(&reader)
            case (5, .int32) where isVersion2: levelBytes = try reader.integer()
            case (6, .int32) where isVersion2: repetitionBytes = try reader.integer()
            case (7, .boolFalse) where isVersion2: isCompressed = false
            default: try reader.skip(field.type)
            }
        }
    }

    private func encoding(_ reader: inout ThriftReader) throws(ParquetError) -> FileLayout.Encoding {
        let number = try reader.integer()
        guard let encoding = FileLayout.Encoding(rawValue: number) else { throw .unsupported("encoding \(number)") }
        return encoding
    }
}
