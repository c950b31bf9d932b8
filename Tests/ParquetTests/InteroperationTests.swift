import Foundation
import Parquet
import Testing

/// pyarrow and DuckDB read what is written here, and what pyarrow writes is read here.
@Suite struct InteroperationTests {
    struct Seen: Decodable {
        struct Column: Decodable {
            let name: String
            let arrow_type: String
            let arrow_nullable: Bool
            let arrow: [String?]
            let duck_type: String
            let duck: [String?]
            let bounds: Bool
            let nulls: Int
            let hits: [String: [Int]]
            let excluded: Excluded?
        }
        struct Excluded: Decodable {
            let strangers: Int
            let wrong: Int
            let groups: Int
        }
        let rows: Int
        let groups: [Int]
        let created_by: String
        let key_values: [String: String]
        let columns: [Column]
    }

    static let types: [ParquetType: (arrow: String, duck: String)] = [
        .uint8: ("uint8", "UTINYINT"), .uint16: ("uint16", "USMALLINT"), .uint32: ("uint32", "UINTEGER"),
        .uint64: ("uint64", "UBIGINT"), .int32: ("int32", "INTEGER"), .int64: ("int64", "BIGINT"),
        .timestampMilliseconds: ("timestamp[ms, tz=UTC]", "TIMESTAMP WITH TIME ZONE"), .text: ("string", "VARCHAR"),
    ]

    @Test(arguments: 100..<104 as Range<UInt64>)
    func `pyarrow and DuckDB see the same rows, types and bounds`(seed: UInt64) throws {
        var samples = Samples(seed: seed)
        let schema = Samples.everything
        let groups = [600, 1, 350].map { count in
            samples.rows(count, of: schema).enumerated().map { column, data in
                schema[column].type == .timestampMilliseconds ? Self.ofThisCentury(data) : data
            }
        }
        let sample = try TemporaryFile(file(schema, groups, pageRows: 173, keyValues: ["weir.test": "ü"]))
        let seen = try JSONDecoder().decode(Seen.self, from: Python.run("read", sample.path))
        #expect(seen.rows == 951 && seen.groups == [600, 1, 350])
        #expect(seen.created_by == "weir test")
        #expect(seen.key_values["weir.test"] == "ü")
        try #require(seen.columns.count == schema.count)
        for (index, (column, definition)) in zip(seen.columns, schema).enumerated() {
            let cells = groups.flatMap { $0[index].cells }
            #expect(column.name == definition.name)
            #expect(column.arrow == cells, "\(column.name)")
            #expect(column.duck == cells, "\(column.name)")
            let type = try #require(Self.types[definition.type])
            #expect(column.arrow_type == type.arrow && column.duck_type == type.duck)
            #expect(column.arrow_nullable == definition.isOptional)
            let first = groups[0][index].cells
            #expect(column.nulls == first.count { $0 == nil })
            #expect(column.bounds == first.contains { $0 != nil }, "\(column.name)")
            // A search, which skips by bounds and filters, finds every row.
            for (value, counts) in column.hits {
                let expected = cells.count { $0 == value }
                #expect(expected > 0 && counts == [expected, expected], "\(column.name) == \(value): \(counts)")
            }
            guard let excluded = column.excluded else { continue }
            #expect(excluded.wrong == 0)
            #expect(excluded.strangers >= (definition.hasBloomFilter ? 20 * excluded.groups - 3 : 0))
            #expect(definition.hasBloomFilter || excluded.strangers == 0)
        }
    }

    struct Written: Decodable {
        let files: [String]
        let columns: [String: [String?]]
        let refused: [String: String]
    }

    @Test func `files of pyarrow and DuckDB are read, and what is not supported is refused by name`() throws {
        let place = try TemporaryFile()
        let written = try JSONDecoder().decode(Written.self, from: Python.run("write", place.directory))
        #expect(written.files.count == 8)
        for path in written.files {
            let reader = try ParquetReader(ParquetFile(path: path))
            #expect(reader.schema.count == written.columns.count)
            for (index, column) in reader.schema.enumerated() {
                let cells = try reader.rowGroups.indices.flatMap {
                    try reader.read(column: index, rowGroup: $0).cells
                }
                #expect(cells == written.columns[column.name], "\(path) \(column.name)")
            }
        }
        #expect(written.refused.count == 5)
        for (path, name) in written.refused {
            do {
                _ = try ParquetReader(ParquetFile(path: path))
                Issue.record("\(name) was not refused")
            } catch ParquetError.unsupported(let what) {
                #expect(what.contains(name) || name == "nested", "\(what)")
            }
        }
    }

    private static func ofThisCentury(_ data: ParquetColumnData) -> ParquetColumnData {
        guard case .int64(let values) = data.values else { return data }
        var data = data
        data.values = .int64(values.map { Int64($0.magnitude % 4_000_000_000_000) })
        return data
    }
}

/// The Python of the tests' own environment, which `scripts/venv.sh` makes.
enum Python {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static func run(_ arguments: String...) throws -> Data {
        let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let root = here.deletingLastPathComponent().deletingLastPathComponent()
        let process = Process()
        process.executableURL = root.appendingPathComponent(".build-venv/bin/python")
        process.arguments = [here.path + "/reference/parquet.py"] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            throw Failure(description: "\(error); scripts/venv.sh makes the Python that this test needs")
        }
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(description: "parquet.py \(arguments) failed") }
        return data
    }
}
