/// CRC-32C, the Castagnoli polynomial (RFC 3720 appendix B.4): the seal on slices and spool files.
public enum CRC32C {
    private static let table: [UInt32] = (0..<256).map { index in
        var value = UInt32(index)
        for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82f6_3b78 : value >> 1 }
        return value
    }

    /// Checksum of `bytes`; continue over several pieces by passing the last result as `seed`.
    public static func checksum(_ bytes: RawSpan, seed: UInt32 = 0) -> UInt32 {
        let table = table
        var value = ~seed
        for offset in 0..<bytes.byteCount {
            let byte = bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
            value = value >> 8 ^ table[Int(truncatingIfNeeded: value ^ UInt32(byte)) & 0xff]
        }
        return ~value
    }

    /// Checksum of an array of bytes.
    public static func checksum(_ bytes: [UInt8]) -> UInt32 { checksum(bytes.span.bytes) }
}
