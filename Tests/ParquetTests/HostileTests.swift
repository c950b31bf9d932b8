#if DEBUG
import Testing

@testable import Parquet

/// Few bytes that ask for very much are refused before it is there.
@Suite struct HostileTests {
    /// A file of nothing but a footer: one column `n`, and what `more` writes behind field 3.
    private func footer(_ more: (inout ThriftWriter) -> Void) -> [UInt8] {
        var writer = ThriftWriter()
        writer.element { file in
            file.int32(1, 2)
            file.list(2, of: .structure, 0...1) { file, index in
                file.element { element in
                    if index == 1 {
                        element.int32(1, FileLayout.Physical.int32.rawValue)
                        element.int32(3, FileLayout.Repetition.required.rawValue)
                    }
                    element.binary(4, (index == 0 ? "schema" : "n").utf8)
                    if index == 0 { element.int32(5, 1) }
                }
            }
            file.int64(3, 0)
            more(&file)
        }
        return file(writer.bytes)
    }

    private func file(_ footer: [UInt8]) -> [UInt8] {
        var bytes = FileLayout.magic + footer
        bytes.append(littleEndian: UInt32(footer.count))
        return bytes + FileLayout.magic
    }

    private func error(_ bytes: [UInt8]) -> ParquetError? {
        do throws(ParquetError) {
            _ = try ParquetReader(ParquetBytes(bytes))
            return nil
        } catch { return error }
    }

    @Test func `a column chunk that says nothing is refused where it stands`() {
        // Behind the first one nothing is read: there are not as many as are promised.
        var bytes = footer { file in
            file.list(4, of: .structure, 0..<1) { file, _ in
                file.element { group in
                    group.list(1, of: .structure, 0..<200) { group, _ in group.element { _ in } }
                }
            }
        }
        #expect(error(bytes) == .damaged("a column in a row group without its place"))
        bytes = footer { file in
            file.list(4, of: .structure, 0..<1) { file, _ in
                file.element { group in
                    group.list(1, of: .structure, 0..<1) { group, _ in
                        group.element { chunk in
                            chunk.structure(3) { metadata in
                                metadata.list(3, of: .binary, 0..<100_000) { list, _ in list.element([UInt8]()) }
                            }
                        }
                    }
                }
            }
        }
        #expect(error(bytes) == .unsupported("nested columns"))
    }

    @Test func `a footer of too many keys or bytes is refused`() {
        func keys(_ count: Int) -> [UInt8] {
            footer { file in
                file.list(5, of: .structure, 0..<count) { file, index in
                    file.element { $0.binary(1, "\(index)".utf8) }
                }
            }
        }
        #expect(error(keys(4096)) == nil)
        #expect(error(keys(4097)) == .beyondLimit("more than 4096 keys"))
        let size = 16 << 20
        let large = [UInt8](repeating: 0x5a, count: size + 1)
        #expect(error(file(large)) == .beyondLimit("a footer of \(size + 1) bytes"))
    }

    @Test func `differences in blocks of any size that writers use are read, larger ones are refused`() throws {
        func read(block: Int, parts: Int) throws -> [Int32] {
            var bytes: [UInt8] = []
            bytes.append(varint: UInt64(block))
            bytes.append(varint: UInt64(parts))
            bytes.append(varint: 3)
            bytes.append(zigzag: 7)
            // One block: 5 more each time, all parts 0 bits wide.
            bytes.append(zigzag: 5)
            bytes += [UInt8](repeating: 0, count: parts)
            var cursor = ByteCursor(bytes, place: "page")
            return try DeltaBinaryPacked.read(&cursor, count: 3, as: Int32.self)
        }
        for (block, parts) in [(128, 4), (256, 8), (2048, 8), (8192, 256)] {
            #expect(try read(block: block, parts: parts) == [7, 12, 17])
        }
        for (block, parts) in [(16_384, 4), (1 << 20, 1), (1 << 20, 1 << 12)] {
            #expect(throws: ParquetError.self) { try read(block: block, parts: parts) }
        }
    }
}
#endif
