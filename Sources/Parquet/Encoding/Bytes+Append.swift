extension [UInt8] {
    /// Appends the number's bytes, the lowest first.
    mutating func append<T: FixedWidthInteger>(littleEndian number: T) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }

    /// Appends an unsigned LEB128 number.
    mutating func append(varint number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    /// Appends a signed number as LEB128: 0, -1, 1, -2 … become 0, 1, 2, 3 ….
    mutating func append(zigzag number: Int64) {
        append(varint: UInt64(bitPattern: number &<< 1) ^ UInt64(bitPattern: number >> 63))
    }
}
