import Parquet
import Testing

/// A file that is damaged or hostile is refused, and nothing worse.
@Suite struct DamageTests {
    private static let schema = [
        ParquetColumn("number", .uint64, hasBloomFilter: true), ParquetColumn("delta", .int32, encoding: .delta),
        ParquetColumn("plain", .uint16, isOptional: true, encoding: .plain), ParquetColumn("text", .text),
    ]

    private static func sample() throws -> [UInt8] {
        var samples = Samples(seed: 4)
        return try file(schema, [samples.rows(60, of: schema), samples.rows(5, of: schema)])
    }

    /// Everything a reader can be asked for.
    private static func readAll(_ bytes: [UInt8]) throws -> [ParquetColumnData] {
        var limits = ParquetLimits()
        limits.pageBytes = 1 << 20
        limits.rows = 1 << 16
        let reader = try ParquetReader(ParquetBytes(bytes), limits: limits)
        var all: [ParquetColumnData] = []
        for group in reader.rowGroups.indices {
            for column in reader.schema.indices {
                _ = try reader.bloomFilter(column: column, rowGroup: group)?.mayContain(.unsigned(1))
                _ = try reader.mayContain(.unsigned(1), column: column, rowGroup: group)
                if reader.schema[column].type == .text { _ = try reader.readTexts(column: column, rowGroup: group) }
                all.append(try reader.read(column: column, rowGroup: group))
            }
        }
        return all
    }

    @Test func `a file cut anywhere is refused`() throws {
        let bytes = try Self.sample()
        for length in 0..<bytes.count {
            #expect(throws: ParquetError.self, "\(length)") { try Self.readAll(Array(bytes[..<length])) }
        }
    }

    @Test func `a flipped bit never yields another row`() throws {
        let bytes = try Self.sample()
        let good = try Self.readAll(bytes)
        let length = bytes[(bytes.count - 8)...].prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        var refused = 0
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << bit
                // In the footer a changed name or bound may make another valid file; it must not trap.
                guard index < bytes.count - 8 - length else {
                    _ = try? Self.readAll(changed)
                    continue
                }
                do {
                    let read = try Self.readAll(changed)
                    #expect(read == good, "byte \(index) bit \(bit)")
                } catch is ParquetError {
                    refused += 1
                }
            }
        }
        #expect(refused > 1_000)
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `bytes changed by chance never trap`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let bytes = try Self.sample()
        for _ in 0..<100 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let index = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: changed[index] = 0xff
                case 1: changed[index] = 0x7f
                case 2: changed[index] = 0
                default: changed[index] = UInt8.random(in: 0...255, using: &random)
                }
            }
            _ = try? Self.readAll(changed)
        }
    }

    @Test func `what is beyond the limits is refused before it is read`() throws {
        let bytes = try Self.sample()
        var limits = ParquetLimits()
        limits.rows = 59
        #expect(throws: ParquetError.beyondLimit("row group 0 of 60 rows")) {
            try ParquetReader(ParquetBytes(bytes), limits: limits)
        }
        limits = ParquetLimits()
        limits.footerBytes = 10
        #expect(throws: ParquetError.self) { try ParquetReader(ParquetBytes(bytes), limits: limits) }
        limits = ParquetLimits()
        limits.columns = 3
        #expect(throws: ParquetError.beyondLimit("more than 3 columns")) {
            try ParquetReader(ParquetBytes(bytes), limits: limits)
        }
        limits = ParquetLimits()
        limits.rowGroups = 1
        #expect(throws: ParquetError.beyondLimit("more than 1 row groups")) {
            try ParquetReader(ParquetBytes(bytes), limits: limits)
        }
        limits = ParquetLimits()
        limits.pageBytes = 16
        let reader = try ParquetReader(ParquetBytes(bytes), limits: limits)
        #expect(throws: ParquetError.self) { try reader.read(column: 0, rowGroup: 0) }
        limits.chunkBytes = 1
        let narrow = try ParquetReader(ParquetBytes(bytes), limits: limits)
        #expect(throws: ParquetError.self) { try narrow.read(column: 0, rowGroup: 0) }
    }
}
