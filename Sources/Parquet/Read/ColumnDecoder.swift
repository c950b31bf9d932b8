/// Reads the values of one column of one row group.
struct ColumnDecoder {
    let column: ParquetColumn
    let rows: Int
    let chunk: ParquetColumnChunk
    let limits: ParquetLimits
    /// Which column of which row group, for errors.
    let place: String

    func decode(_ bytes: [UInt8]) throws(ParquetError) -> ParquetColumnData {
        switch column.type {
        case .uint8: try integers(bytes, Int32.self) { .uint8($0) }
        case .uint16: try integers(bytes, Int32.self) { .uint16($0) }
        case .uint32: try integers(bytes, Int32.self) { .uint32($0) }
        case .uint64: try integers(bytes, Int64.self) { .uint64($0) }
        case .int32: try integers(bytes, Int32.self) { .int32($0) }
        case .int64, .timestampMilliseconds: try integers(bytes, Int64.self) { .int64($0) }
        case .text: try text(bytes)
        }
    }

    /// Calls `body` with each page in turn until every row is there.
    private func pages(
        _ bytes: [UInt8], dictionary: (inout ByteCursor, Int) throws(ParquetError) -> Void,
        data: (inout PageReader.Data) throws(ParquetError) -> Void
    ) throws(ParquetError) -> [Bool]? {
        var reader = try PageReader(bytes, column: column, chunk: chunk, limits: limits, place: place)
        var present: [Bool]?
        var done = 0
        var hasDictionary = false
        while done < rows {
            switch try reader.next(rows: rows - done) {
            case .dictionary(var cursor, let entries):
                guard !hasDictionary, done == 0 else { throw .damaged("a second dictionary, \(place)") }
                hasDictionary = true
                try dictionary(&cursor, entries)
            case .data(var page):
                try data(&page)
                guard page.cursor.remaining == 0 else { throw .damaged("bytes behind the values of a page, \(place)") }
                if page.present != nil, present == nil { present = [Bool](repeating: true, count: done) }
                present?.append(contentsOf: page.present ?? [Bool](repeating: true, count: page.rows))
                done += page.rows
            }
        }
        guard reader.isAtEnd else { throw .damaged("bytes behind the last page, \(place)") }
        return present
    }

    private func integers<T: FixedWidthInteger, P: FixedWidthInteger & SignedInteger>(
        _ bytes: [UInt8], _ physical: P.Type, _ make: ([T]) -> ParquetColumnData.Values
    ) throws(ParquetError) -> ParquetColumnData where P.Magnitude: FixedWidthInteger & UnsignedInteger {
        var values: [T] = []
        var entries: [T] = []
        let present = try pages(bytes) { cursor, count throws(ParquetError) in
            entries = try convert(try plain(&cursor, count, P.self))
        } data: { page throws(ParquetError) in
            let found: [T]
            switch page.encoding {
            case .plain: found = try convert(try plain(&page.cursor, page.values, P.self))
            case .deltaBinaryPacked:
                found = try convert(try DeltaBinaryPacked.read(&page.cursor, count: page.values, as: P.self))
            case .rleDictionary, .plainDictionary:
                found = try indices(&page, entries: entries.count).map { entries[Int($0)] }
            default: throw .unsupported("encoding \(page.encoding) of integers, column \(column.name)")
            }
            if values.isEmpty, page.present == nil {
                values = found
            } else {
                append(found, page.present, to: &values, placeholder: 0)
            }
        }
        return ParquetColumnData(make(values), present: present)
    }

    private func plain<P: FixedWidthInteger>(
        _ cursor: inout ByteCursor, _ count: Int, _ type: P.Type
    ) throws(ParquetError) -> [P] {
        let size = MemoryLayout<P>.size
        guard count <= cursor.remaining / size else { throw cursor.damaged("\(count) values in too few bytes") }
        let start = try cursor.skip(count * size)
        return [P](unsafeUninitializedCapacity: count) { values, initialized in
            cursor.bytes.withUnsafeBytes { bytes in
                for index in 0..<count {
                    values.initializeElement(
                        at: index,
                        to: P(littleEndian: bytes.loadUnaligned(fromByteOffset: start + index * size, as: P.self)))
                }
            }
            initialized = count
        }
    }

    /// The numbers in the column's type; throws if one does not fit.
    private func convert<T: FixedWidthInteger, P: FixedWidthInteger>(_ values: [P]) throws(ParquetError) -> [T] {
        var lost: P = 0
        let converted = values.map { value in
            let narrow = T(truncatingIfNeeded: value)
            lost |= P(truncatingIfNeeded: narrow) ^ value
            return narrow
        }
        guard lost == 0 else { throw .damaged("a value outside \(column.type), \(place)") }
        return converted
    }

    private func indices(_ page: inout PageReader.Data, entries: Int) throws(ParquetError) -> [UInt32] {
        guard page.values > 0 else {
            _ = try page.cursor.skip(page.cursor.remaining)
            return []
        }
        let width = Int(try page.cursor.byte())
        let indices = try RLEHybrid.read(&page.cursor, width: width, count: page.values)
        var most: UInt32 = 0
        for index in indices { most = max(most, index) }
        guard most < entries else { throw .damaged("index \(most) in a dictionary of \(entries), \(place)") }
        return indices
    }

    private func append<T>(_ found: [T], _ present: [Bool]?, to values: inout [T], placeholder: T) {
        guard let present else { return values.append(contentsOf: found) }
        var next = 0
        for isPresent in present {
            values.append(isPresent ? found[next] : placeholder)
            if isPresent { next += 1 }
        }
    }

    private func text(_ bytes: [UInt8]) throws(ParquetError) -> ParquetColumnData {
        let texts = try texts(bytes)
        return ParquetColumnData(
            .text(dictionary: try texts.strings(place: place), indices: texts.indices), present: texts.present)
    }

    /// The values of a column of texts.
    func texts(_ bytes: [UInt8]) throws(ParquetError) -> ParquetTexts {
        var texts = ParquetTexts()
        var stored = 0
        // By bytes: texts that Unicode holds for equal are not the same.
        var added: [[UInt8]: UInt32] = [:]
        var all: [UInt32] = []
        let present = try pages(bytes) { cursor, count throws(ParquetError) in
            try texts.take(&cursor, count: count)
            stored = count
        } data: { page throws(ParquetError) in
            let found: [UInt32]
            switch page.encoding {
            case .rleDictionary, .plainDictionary: found = try indices(&page, entries: stored)
            case .plain:
                var numbers: [UInt32] = []
                for _ in 0..<page.values {
                    let length = Int(try page.cursor.littleEndian(UInt32.self))
                    let start = try page.cursor.skip(length)
                    let text = Array(page.cursor.bytes[start..<start + length])
                    let number = added[text] ?? texts.append(text)
                    added[text] = number
                    numbers.append(number)
                }
                found = numbers
            default: throw .unsupported("encoding \(page.encoding) of text, column \(column.name)")
            }
            if all.isEmpty, page.present == nil {
                all = found
            } else {
                append(found, page.present, to: &all, placeholder: 0)
            }
        }
        texts.indices = all
        texts.present = present
        return texts
    }
}
