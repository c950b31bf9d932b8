/// Numbers of a fixed width in bits, one after the other, the lowest bit first.
enum BitPacking {
    static func byteCount(_ count: Int, width: Int) -> Int { (count * width + 7) / 8 }

    /// Appends the lowest `width` bits of each value, 0…64, and zero bits up to a whole byte.
    static func append<T: FixedWidthInteger & UnsignedInteger>(
        _ values: UnsafeBufferPointer<T>, width: Int, to bytes: inout [UInt8]
    ) {
        guard width > 0, !values.isEmpty else { return }
        let start = bytes.count
        let count = byteCount(values.count, width: width)
        bytes.append(contentsOf: repeatElement(0, count: count + 8))
        bytes.withUnsafeMutableBytes { buffer in
            var offset = start
            var gathered: UInt64 = 0
            var used = 0
            for value in values {
                let number = UInt64(truncatingIfNeeded: value)
                gathered |= number &<< UInt64(used)
                used += width
                guard used >= 64 else { continue }
                buffer.storeBytes(of: gathered.littleEndian, toByteOffset: offset, as: UInt64.self)
                offset += 8
                used -= 64
                gathered = used == 0 ? 0 : number &>> UInt64(width - used)
            }
            // The eight bytes behind the end are removed again.
            buffer.storeBytes(of: gathered.littleEndian, toByteOffset: offset, as: UInt64.self)
        }
        bytes.removeLast(8)
    }

    /// Reads `values.count` numbers of `width` bits, 0…64, from `start` on.
    ///
    /// `bytes` must have eight bytes more than the numbers need.
    static func read<T: FixedWidthInteger & UnsignedInteger>(
        _ bytes: UnsafeRawBufferPointer, from start: Int, width: Int, into values: UnsafeMutableBufferPointer<T>
    ) {
        guard width > 0 else { return values.update(repeating: 0) }
        precondition(start >= 0 && bytes.count - start >= byteCount(values.count, width: width) + 8)
        guard let base = bytes.baseAddress?.advanced(by: start) else { return }
        if width > 56 { return readWide(base, width: width, into: values) }
        let mask = UInt64.max &>> UInt64(64 - width)
        var bit = 0
        for index in values.indices {
            let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: bit &>> 3, as: UInt64.self))
            values[index] = T(truncatingIfNeeded: (word &>> UInt64(bit & 7)) & mask)
            bit &+= width
        }
    }

    private static func readWide<T: FixedWidthInteger & UnsignedInteger>(
        _ base: UnsafeRawPointer, width: Int, into values: UnsafeMutableBufferPointer<T>
    ) {
        let mask = UInt64.max &>> UInt64(64 - width)
        var bit = 0
        for index in values.indices {
            let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: bit &>> 3, as: UInt64.self))
            let shift = UInt64(bit & 7)
            var number = word &>> shift
            if shift > 0 {
                let next = UInt64(base.load(fromByteOffset: bit &>> 3 &+ 8, as: UInt8.self))
                number |= next &<< (64 - shift)
            }
            values[index] = T(truncatingIfNeeded: number & mask)
            bit &+= width
        }
    }
}
