/// Integers by their differences, bit-packed in miniblocks of 32:
/// https://parquet.apache.org/docs/file-format/data-pages/encodings/#DELTAENC.
enum DeltaBinaryPacked {
    private static let miniblock = 32
    private static let block = 128

    /// Appends the values.
    static func append<T: FixedWidthInteger & SignedInteger>(_ values: ArraySlice<T>, to bytes: inout [UInt8])
    where T.Magnitude: FixedWidthInteger & UnsignedInteger {
        bytes.append(varint: UInt64(block))
        bytes.append(varint: UInt64(block / miniblock))
        bytes.append(varint: UInt64(values.count))
        bytes.append(zigzag: Int64(values.first ?? 0))
        values.withUnsafeBufferPointer { values in
            withUnsafeTemporaryAllocation(of: T.Magnitude.self, capacity: block) { deltas in
                deltas.initialize(repeating: 0)
                var index = 1
                while index < values.count {
                    let count = min(block, values.count - index)
                    append(values, from: index, count: count, deltas, &bytes)
                    index += count
                }
            }
        }
    }

    /// Differences wrap around in the width of `T`, and come back the same way.
    private static func append<T: FixedWidthInteger & SignedInteger>(
        _ values: UnsafeBufferPointer<T>, from start: Int, count: Int,
        _ deltas: UnsafeMutableBufferPointer<T.Magnitude>, _ bytes: inout [UInt8]
    ) where T.Magnitude: FixedWidthInteger & UnsignedInteger {
        var least = values[start] &- values[start - 1]
        for index in 1..<max(1, count) { least = min(least, values[start + index] &- values[start + index - 1]) }
        for index in 0..<count {
            deltas[index] = T.Magnitude(
                truncatingIfNeeded: values[start + index] &- values[start + index - 1] &- least)
        }
        for index in count..<block { deltas[index] = 0 }
        bytes.append(zigzag: Int64(least))
        let widths = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: block / miniblock))
        // Miniblocks behind the last value are left out.
        for part in 0..<(count + miniblock - 1) / miniblock {
            let numbers = UnsafeBufferPointer(rebasing: deltas[part * miniblock..<(part + 1) * miniblock])
            var used: T.Magnitude = 0
            for number in numbers { used |= number }
            let width = T.Magnitude.bitWidth - used.leadingZeroBitCount
            bytes[widths + part] = UInt8(width)
            BitPacking.append(numbers, width: width, to: &bytes)
        }
    }

    /// Reads `count` values.
    ///
    /// Throws `ParquetError.damaged` if there are others or the numbers make no sense.
    static func read<T: FixedWidthInteger & SignedInteger>(
        _ cursor: inout ByteCursor, count: Int, as type: T.Type
    ) throws(ParquetError) -> [T] where T.Magnitude: FixedWidthInteger & UnsignedInteger {
        // Known writers make blocks of 128 to 2048.
        let size = try cursor.count(1 << 13, of: "values in a block")
        let parts = try cursor.count(1 << 8, of: "miniblocks in a block")
        guard size > 0, parts > 0, size % 128 == 0, size % parts == 0, size / parts % 32 == 0 else {
            throw cursor.damaged("blocks of \(size) in \(parts) miniblocks")
        }
        let stored = try cursor.varint()
        guard stored == UInt64(count) else { throw cursor.damaged("\(stored) differences for \(count) values") }
        var value = T(truncatingIfNeeded: try cursor.zigzag())
        guard count > 0 else { return [] }
        let length = size / parts
        var values = [T](repeating: value, count: count)
        var done = 1
        var deltas = [T.Magnitude](repeating: 0, count: length)
        while done < count {
            let least = T(truncatingIfNeeded: try cursor.zigzag())
            let widths = try cursor.skip(parts)
            for part in 0..<parts where done < count {
                let width = Int(cursor.bytes[widths + part])
                guard width <= T.bitWidth else { throw cursor.damaged("differences of \(width) bits") }
                let start = try cursor.skip(length * width / 8)
                let taken = min(length, count - done)
                deltas.withUnsafeMutableBufferPointer { deltas in
                    cursor.bytes.withUnsafeBytes { BitPacking.read($0, from: start, width: width, into: deltas) }
                    values.withUnsafeMutableBufferPointer { values in
                        for index in 0..<taken {
                            value = value &+ least &+ T(truncatingIfNeeded: deltas[index])
                            values[done + index] = value
                        }
                    }
                }
                done += taken
            }
        }
        return values
    }
}
