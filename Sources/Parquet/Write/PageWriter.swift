/// Puts the pages of one column chunk behind each other.
struct PageWriter {
    let compression: ZstdCompressor
    /// Where `bytes` begin in the file.
    let base: Int
    private(set) var bytes: [UInt8] = []
    private(set) var chunk: WrittenChunk
    private var packed: [UInt8] = []

    init(rows: Int, base: Int, compression: ZstdCompressor) {
        chunk = WrittenChunk(rows: rows)
        self.base = base
        self.compression = compression
    }

    mutating func dictionary(_ body: [UInt8], entries: Int) throws(ParquetError) {
        chunk.dictionaryOffset = base + bytes.count
        chunk.encodings = [.plain, .rle, .rleDictionary]
        try page(body, .dictionary) { header in
            header.structure(7) { header in
                header.int32(1, entries)
                header.int32(2, FileLayout.Encoding.plain.rawValue)
            }
        }
    }

    mutating func data(
        _ body: [UInt8], rows: Int, encoding: FileLayout.Encoding
    ) throws(ParquetError) {
        if chunk.dataOffset == 0 { chunk.dataOffset = base + bytes.count }
        if chunk.encodings.isEmpty { chunk.encodings = [.rle, encoding] }
        try page(body, .data) { header in
            header.structure(5) { header in
                header.int32(1, rows)
                header.int32(2, encoding.rawValue)
                header.int32(3, FileLayout.Encoding.rle.rawValue)
                header.int32(4, FileLayout.Encoding.rle.rawValue)
            }
        }
    }

    private mutating func page(
        _ body: [UInt8], _ type: FileLayout.Page, _ kind: (inout ThriftWriter) -> Void
    ) throws(ParquetError) {
        packed.removeAll(keepingCapacity: true)
        // Typed throws do not pass through `withUnsafeBytes` of an array.
        let compressed = body.withUnsafeBytes { plain in
            Result { () throws(ParquetError) in try compression.append(plain, to: &packed) }
        }
        let size = try compressed.get()
        guard body.count <= Int(Int32.max), size <= Int(Int32.max) else { throw .beyondLimit("a page of 2 GiB") }
        var header = ThriftWriter()
        header.element { header in
            header.int32(1, type.rawValue)
            header.int32(2, body.count)
            header.int32(3, size)
            header.int32(4, Int(Int32(bitPattern: packed.withUnsafeBytes(CRC32.checksum))))
            kind(&header)
        }
        bytes += header.bytes
        bytes += packed
        chunk.plainBytes += header.bytes.count + body.count
        chunk.storedBytes += header.bytes.count + packed.count
    }
}
