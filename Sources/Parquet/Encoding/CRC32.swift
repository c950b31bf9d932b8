/// The CRC of zlib and Ethernet (reflected polynomial 0xEDB88320), eight bytes a step.
enum CRC32 {
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var sum = UInt32(byte)
            for _ in 0..<8 { sum = sum >> 1 ^ (sum & 1 == 0 ? 0 : 0xEDB8_8320) }
            tables[byte] = sum
        }
        for byte in 256..<tables.count {
            let before = tables[byte - 256]
            tables[byte] = before >> 8 ^ tables[Int(before & 0xff)]
        }
        return tables
    }()

    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        tables.withUnsafeBufferPointer { tables in
            var sum = UInt32.max
            var index = 0
            while index + 8 <= bytes.count {
                let word =
                    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) ^ UInt64(sum)
                sum = 0
                for step in 0..<8 {
                    sum ^= tables[(7 - step) << 8 | Int(truncatingIfNeeded: word >> UInt64(8 * step) & 0xff)]
                }
                index += 8
            }
            while index < bytes.count {
                sum = sum >> 8 ^ tables[Int((sum ^ UInt32(bytes[index])) & 0xff)]
                index += 1
            }
            return ~sum
        }
    }
}
