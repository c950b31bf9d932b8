/// Writes the values of one column of one row group: encoding, statistics, Bloom filter.
struct ColumnEncoder {
    let column: ParquetColumn
    let pageRows: Int
    let compression: ZstdCompressor

    /// Appends the chunk to `bytes`, which follow the `base` bytes the file has.
    func encode(
        _ data: ParquetColumnData, at base: Int, into bytes: inout [UInt8]
    ) throws(ParquetError) -> (chunk: WrittenChunk, filter: BloomFilter?) {
        guard column.isOptional || !(data.present?.contains(false) ?? false) else {
            throw .mismatch("column \(column.name) has rows without a value and is not optional")
        }
        var writer = PageWriter(rows: data.count, base: base + bytes.count, compression: compression)
        let rows = RowPresence(column: column, count: data.count, present: data.present, pageRows: pageRows)
        let filter: BloomFilter?
        var bounds: (minimum: [UInt8], maximum: [UInt8])?
        switch (data.values, column.type) {
        case (.uint8(let values), .uint8): (filter, bounds) = try integers(values, as: Int32.self, rows, &writer)
        case (.uint16(let values), .uint16): (filter, bounds) = try integers(values, as: Int32.self, rows, &writer)
        case (.uint32(let values), .uint32): (filter, bounds) = try integers(values, as: Int32.self, rows, &writer)
        case (.uint64(let values), .uint64): (filter, bounds) = try integers(values, as: Int64.self, rows, &writer)
        case (.int32(let values), .int32): (filter, bounds) = try integers(values, as: Int32.self, rows, &writer)
        case (.int64(let values), .int64), (.int64(let values), .timestampMilliseconds):
            (filter, bounds) = try integers(values, as: Int64.self, rows, &writer)
        case (.text(let dictionary, let indices), .text):
            let texts = try TextDictionary(dictionary, indices, present: data.present, column: column.name)
            (filter, bounds) = try text(texts, rows, &writer)
        default: throw .mismatch("column \(column.name) is of type \(column.type)")
        }
        bytes += writer.bytes
        var chunk = writer.chunk
        chunk.nullCount = rows.nullCount
        chunk.bounds = bounds
        return (chunk, filter)
    }

    private func integers<T: FixedWidthInteger, P: FixedWidthInteger & SignedInteger>(
        _ all: [T], as type: P.Type, _ rows: RowPresence, _ writer: inout PageWriter
    ) throws(ParquetError) -> (BloomFilter?, (minimum: [UInt8], maximum: [UInt8])?)
    where P.Magnitude: FixedWidthInteger & UnsignedInteger {
        let present = rows.compact(all)
        var bounds: (minimum: [UInt8], maximum: [UInt8])?
        if var minimum = present.first {
            var maximum = minimum
            for value in present {
                minimum = min(minimum, value)
                maximum = max(maximum, value)
            }
            bounds = (
                plain(CollectionOfOne(P(truncatingIfNeeded: minimum))),
                plain(CollectionOfOne(P(truncatingIfNeeded: maximum)))
            )
        }
        let values = present.map { P(truncatingIfNeeded: $0) }
        let dictionary = dictionary(of: values)
        if let dictionary {
            try writer.dictionary(plain(dictionary.entries), entries: dictionary.entries.count)
            try indices(dictionary.indices, entries: dictionary.entries.count, rows, &writer)
        } else {
            let isDelta = column.encoding != .plain
            for page in rows.pages {
                var body = page.levels
                if isDelta {
                    DeltaBinaryPacked.append(values[page.values], to: &body)
                } else {
                    body += plain(values[page.values])
                }
                try writer.data(body, rows: page.rows, encoding: isDelta ? .deltaBinaryPacked : .plain)
            }
        }
        guard column.hasBloomFilter else { return (nil, bounds) }
        let distinct = dictionary?.entries ?? values
        var filter = BloomFilter(distinct: distinct.count)
        for value in distinct { filter.insert(BloomFilter.hash(value)) }
        return (filter, bounds)
    }

    /// Nil if the values are better stored otherwise.
    private func dictionary<P: FixedWidthInteger & SignedInteger>(of values: [P]) -> IntegerDictionary<P>?
    where P.Magnitude: FixedWidthInteger & UnsignedInteger {
        switch column.encoding {
        case .plain, .delta: return nil
        case .dictionary: return IntegerDictionary(values, limit: values.count)
        case .automatic:
            let limit = min(1 << 16, max(values.count / 4, 256))
            guard let dictionary = IntegerDictionary(values, limit: limit) else { return nil }
            guard dictionary.entries.count > 64 else { return dictionary }
            var delta: [UInt8] = []
            DeltaBinaryPacked.append(values[...], to: &delta)
            let width = RLEHybrid.width(maximum: dictionary.entries.count - 1)
            let size = dictionary.entries.count * MemoryLayout<P>.size + values.count * width / 8
            return size < delta.count ? dictionary : nil
        }
    }

    private func text(
        _ texts: TextDictionary, _ rows: RowPresence, _ writer: inout PageWriter
    ) throws(ParquetError) -> (BloomFilter?, (minimum: [UInt8], maximum: [UInt8])?) {
        if column.encoding == .plain {
            for page in rows.pages {
                var body = page.levels
                for index in texts.indices[page.values] { body += texts.plain(Int(index)) }
                try writer.data(body, rows: page.rows, encoding: .plain)
            }
        } else {
            try writer.dictionary(texts.bytes, entries: texts.count)
            try indices(texts.indices, entries: texts.count, rows, &writer)
        }
        guard column.hasBloomFilter else { return (nil, texts.bounds) }
        var filter = BloomFilter(distinct: texts.count)
        texts.forEach { filter.insert(XXH64.hash($0)) }
        return (filter, texts.bounds)
    }

    private func indices(
        _ indices: [UInt32], entries: Int, _ rows: RowPresence, _ writer: inout PageWriter
    ) throws(ParquetError) {
        let width = RLEHybrid.width(maximum: entries - 1)
        for page in rows.pages {
            var body = page.levels
            body.append(UInt8(width))
            indices[page.values].withUnsafeBufferPointer { RLEHybrid.append($0, width: width, to: &body) }
            try writer.data(body, rows: page.rows, encoding: .rleDictionary)
        }
    }

    private func plain<P: FixedWidthInteger>(_ values: some Collection<P>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(values.count * MemoryLayout<P>.size)
        for value in values { bytes.append(littleEndian: value) }
        return bytes
    }
}
