import Parquet
import Testing

/// What is written is read again.
@Suite struct RoundTripTests {
    @Test(arguments: 0..<24 as Range<UInt64>)
    func `every type and encoding comes back as it was`(seed: UInt64) throws {
        var samples = Samples(seed: seed)
        let schema = Samples.everything
        let sizes = (0..<3).map { _ in Int.random(in: 1...700, using: &samples.random) }
        let groups = sizes.map { samples.rows($0, of: schema) }
        let pageRows = Int.random(in: 1...300, using: &samples.random)
        let reader = try ParquetReader(
            ParquetBytes(file(schema, groups, pageRows: pageRows, keyValues: ["a": "b", "": "ü"])))
        #expect(reader.rows == sizes.reduce(0, +))
        #expect(reader.rowGroups.map(\.rows) == sizes)
        #expect(reader.keyValues == ["a": "b", "": "ü"])
        #expect(reader.createdBy == "weir test")
        #expect(reader.schema.map(\.name) == schema.map(\.name))
        #expect(reader.schema.map(\.type) == schema.map(\.type))
        #expect(reader.schema.map(\.isOptional) == schema.map(\.isOptional))
        for (number, group) in groups.enumerated() {
            for (column, data) in group.enumerated() {
                let read = try reader.read(column: column, rowGroup: number)
                #expect(read.cells == data.cells, "\(schema[column].name)")
                #expect(read.count == data.count)
                guard schema[column].type == .text else { continue }
                let texts = try reader.readTexts(column: column, rowGroup: number)
                let cells = texts.indices.enumerated().map { row, index in
                    texts.present.map { $0[row] } ?? true
                        ? String(decoding: texts.bytes[texts.places[Int(index)]], as: UTF8.self) : nil
                }
                #expect(cells == data.cells)
            }
        }
    }

    @Test func `bounds, nulls and filters say what is there`() throws {
        var samples = Samples(seed: 99)
        let schema = Samples.everything
        let group = samples.rows(900, of: schema)
        let reader = try ParquetReader(ParquetBytes(file(schema, [group])))
        for (index, column) in schema.enumerated() {
            let chunk = reader.rowGroups[0].columns[index]
            let cells = group[index].cells
            #expect(chunk.nullCount == cells.count { $0 == nil })
            let values = cells.compactMap { $0 }.map { Self.value($0, column.type) }
            #expect(chunk.minimum == values.min(by: Self.precedes), "\(column.name)")
            #expect(chunk.maximum == values.max(by: Self.precedes), "\(column.name)")
            #expect(chunk.hasBloomFilter == column.hasBloomFilter)
            guard let filter = try reader.bloomFilter(column: index, rowGroup: 0) else { continue }
            #expect(values.allSatisfy(filter.mayContain), "\(column.name)")
            for value in values { #expect(try reader.mayContain(value, column: index, rowGroup: 0)) }
        }
    }

    @Test func `a filter is seldom wrong`() throws {
        let schema = [ParquetColumn("n", .uint32, hasBloomFilter: true)]
        let numbers = (0..<50_000 as Range<UInt32>).map { $0 &* 2_654_435_761 }
        let reader = try ParquetReader(ParquetBytes(file(schema, [[ParquetColumnData(.uint32(numbers))]])))
        let filter = try #require(try reader.bloomFilter(column: 0, rowGroup: 0))
        let known = Set(numbers)
        let strangers = (0..<20_000 as Range<UInt32>).map { $0 &* 40_503 &+ 7 }.filter { !known.contains($0) }
        let wrong = strangers.count { filter.mayContain(.unsigned(UInt64($0))) }
        #expect(wrong < strangers.count / 50)
        for stranger in strangers.prefix(2000).map({ ParquetValue.unsigned(UInt64($0)) }) {
            #expect(try reader.mayContain(stranger, column: 0, rowGroup: 0) == filter.mayContain(stranger))
        }
        // What no row of the type can have.
        #expect(!filter.mayContain(.unsigned(1 << 32)))
        #expect(!filter.mayContain(.text("1")))
    }

    @Test func `a file without rows is a file`() throws {
        let reader = try ParquetReader(ParquetBytes(file([ParquetColumn("a", .text)], [])))
        #expect(reader.rows == 0 && reader.rowGroups.isEmpty && reader.schema.count == 1)
    }

    @Test func `a file on disk is read as the same file in memory`() throws {
        var samples = Samples(seed: 7)
        let bytes = try file(Samples.everything, [samples.rows(100, of: Samples.everything)])
        let path = try TemporaryFile(bytes)
        let (disk, memory) = (try ParquetReader(ParquetFile(path: path.path)), try ParquetReader(ParquetBytes(bytes)))
        #expect(disk.rowGroups == memory.rowGroups)
        for column in disk.schema.indices {
            #expect(try disk.read(column: column, rowGroup: 0) == memory.read(column: column, rowGroup: 0))
        }
        #expect(throws: ParquetError.self) { try ParquetFile(path: path.path + ".none") }
        #expect(throws: ParquetError.self) { try ParquetFile(path: "/") }
    }

    @Test func `columns that do not fit are refused and nothing is written`() throws {
        #expect(throws: ParquetError.self) { try ParquetWriter(schema: [], createdBy: "") }
        #expect(throws: ParquetError.self) {
            try ParquetWriter(schema: [ParquetColumn("a", .text), ParquetColumn("a", .int32)], createdBy: "")
        }
        #expect(throws: ParquetError.self) {
            try ParquetWriter(schema: [ParquetColumn("a", .text, encoding: .delta)], createdBy: "")
        }
        let schema = [ParquetColumn("a", .uint8), ParquetColumn("b", .text)]
        var writer = try ParquetWriter(schema: schema, createdBy: "")
        let numbers = ParquetColumnData(.uint8([1, 2]))
        let texts = ParquetColumnData(.text(dictionary: ["x"], indices: [0, 0]))
        let wrong: [[ParquetColumnData]] = [
            [numbers], [numbers, numbers], [numbers, ParquetColumnData(.text(dictionary: ["x"], indices: [0]))],
            [numbers, ParquetColumnData(.text(dictionary: ["x"], indices: [0, 1]))],
            [ParquetColumnData(.uint8([1, 2]), present: [true, false]), texts],
            [ParquetColumnData(.uint8([1, 2]), present: [true]), texts],
        ]
        for columns in wrong { #expect(throws: ParquetError.self) { try writer.add(columns) } }
        #expect(writer.byteCount == 0 && writer.rows == 0)
        let bytes = try writer.add([numbers, texts]) + writer.finish()
        #expect(throws: ParquetError.self) { try writer.finish() }
        #expect(throws: ParquetError.self) { try writer.add([numbers, texts]) }
        let reader = try ParquetReader(ParquetBytes(bytes))
        #expect(try reader.read(column: 1, rowGroup: 0) == texts)
        #expect(throws: ParquetError.self) { try reader.read(column: 2, rowGroup: 0) }
        #expect(throws: ParquetError.self) { try reader.read(column: -1, rowGroup: 0) }
        #expect(throws: ParquetError.self) { try reader.read(column: 0, rowGroup: 1) }
        #expect(reader.column("b") == 1 && reader.column("c") == nil)
    }

    private static func value(_ text: String, _ type: ParquetType) -> ParquetValue {
        switch type {
        case .text: .text(text)
        case .int32, .int64, .timestampMilliseconds: .signed(Int64(text) ?? 0)
        case .uint8, .uint16, .uint32, .uint64: .unsigned(UInt64(text) ?? 0)
        }
    }

    private static func precedes(_ first: ParquetValue, _ second: ParquetValue) -> Bool {
        switch (first, second) {
        case (.text(let first), .text(let second)): first.utf8.lexicographicallyPrecedes(second.utf8)
        case (.signed(let first), .signed(let second)): first < second
        case (.unsigned(let first), .unsigned(let second)): first < second
        default: false
        }
    }
}
