import CZstd

/// Compresses pages; one for a writer, for its working memory is worth keeping.
final class ZstdCompressor {
    private let context: OpaquePointer
    private let level: CInt

    init(level: Int) throws(ParquetError) {
        guard let context = ZSTD_createCCtx() else { throw .beyondLimit("no memory to compress") }
        self.context = context
        self.level = CInt(max(1, min(level, 19)))
    }

    deinit { ZSTD_freeCCtx(context) }

    /// Appends the bytes compressed; returns how many that is.
    func append(_ plain: UnsafeRawBufferPointer, to bytes: inout [UInt8]) throws(ParquetError) -> Int {
        let bound = ZSTD_compressBound(plain.count)
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: bound))
        let written = bytes.withUnsafeMutableBytes { buffer in
            ZSTD_compressCCtx(
                context, buffer.baseAddress?.advanced(by: start), bound, plain.baseAddress, plain.count, level)
        }
        guard ZSTD_isError(written) == 0 else {
            bytes.removeLast(bound)
            throw .beyondLimit("zstd: \(String(cString: ZSTD_getErrorName(written)))")
        }
        bytes.removeLast(bound - written)
        return written
    }
}

/// Decompresses pages.
final class ZstdDecompressor {
    private let context: OpaquePointer

    init() throws(ParquetError) {
        guard let context = ZSTD_createDCtx() else { throw .beyondLimit("no memory to decompress") }
        self.context = context
    }

    deinit { ZSTD_freeDCtx(context) }

    /// The plain bytes, which must be exactly `count`, with `ByteCursor.padding` behind them.
    func decompress(
        _ packed: UnsafeRawBufferPointer, count: Int, place: String
    ) throws(ParquetError) -> [UInt8] {
        var result = 0
        let plain = [UInt8](unsafeUninitializedCapacity: count + ByteCursor.padding) { buffer, initialized in
            result = ZSTD_decompressDCtx(context, buffer.baseAddress, count, packed.baseAddress, packed.count)
            let written = ZSTD_isError(result) == 0 ? result : 0
            buffer[written...].initialize(repeating: 0)
            initialized = buffer.count
        }
        guard ZSTD_isError(result) == 0 else {
            throw .damaged("zstd: \(String(cString: ZSTD_getErrorName(result))), \(place)")
        }
        guard result == count else { throw .damaged("\(result) bytes instead of \(count), \(place)") }
        return plain
    }
}
