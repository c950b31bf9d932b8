/// Small numbers as runs of equal ones and bit-packed groups of eight:
/// https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE.
enum RLEHybrid {
    /// The shortest run worth its header.
    private static let shortest = 16

    /// The bits that numbers up to `maximum` need, at least 1.
    static func width(maximum: Int) -> Int {
        max(1, Int.bitWidth - max(0, maximum).leadingZeroBitCount)
    }

    /// Appends values below 2^`width`; `width` 1…32.
    static func append(_ values: UnsafeBufferPointer<UInt32>, width: Int, to bytes: inout [UInt8]) {
        var index = 0
        var literals = 0
        while index < values.count {
            let value = values[index]
            var end = index + 1
            while end < values.count, values[end] == value { end += 1 }
            // The group of eight before the run is filled up from it.
            let filled = index + (8 - (index - literals) % 8) % 8
            if end - filled >= shortest {
                append(literals: values, literals..<filled, width, &bytes)
                bytes.append(varint: UInt64(end - filled) << 1)
                for byte in 0..<(width + 7) / 8 {
                    bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(8 * byte)))
                }
                literals = end
            }
            index = end
        }
        append(literals: values, literals..<values.count, width, &bytes)
    }

    private static func append(
        literals values: UnsafeBufferPointer<UInt32>, _ range: Range<Int>, _ width: Int, _ bytes: inout [UInt8]
    ) {
        guard !range.isEmpty else { return }
        let groups = (range.count + 7) / 8
        bytes.append(varint: UInt64(groups) << 1 | 1)
        let end = bytes.count + groups * width
        BitPacking.append(UnsafeBufferPointer(rebasing: values[range]), width: width, to: &bytes)
        bytes.append(contentsOf: repeatElement(0, count: end - bytes.count))
    }

    /// Whether the first `count` values are one run of this value, in less than 9 bits.
    static func isOneRun(_ cursor: ByteCursor, of value: UInt8, count: Int) -> Bool {
        var cursor = cursor
        guard let header = try? cursor.varint(), header & 1 == 0, header >> 1 >= UInt64(count) else { return false }
        return (try? cursor.byte()) == value
    }

    /// Reads `count` values; the last group of eight may go beyond and be cut.
    ///
    /// Throws `ParquetError.damaged` if there are fewer, or `width` is not 0…32.
    static func read(_ cursor: inout ByteCursor, width: Int, count: Int) throws(ParquetError) -> [UInt32] {
        guard (0...32).contains(width) else { throw cursor.damaged("numbers of \(width) bits") }
        var values = [UInt32](repeating: 0, count: count)
        var done = 0
        while done < count {
            let header = try cursor.varint()
            // A run longer than what is asked for is cut, as other readers do.
            let length = Int(min(header >> 1, UInt64(Int32.max)))
            guard length > 0 else { throw cursor.damaged("an empty run") }
            if header & 1 == 0 {
                var value: UInt32 = 0
                for byte in 0..<(width + 7) / 8 { value |= UInt32(try cursor.byte()) << UInt32(8 * byte) }
                guard width == 32 || value >> UInt32(width) == 0 else {
                    throw cursor.damaged("\(value) in \(width) bits")
                }
                let end = done + min(length, count - done)
                for index in done..<end { values[index] = value }
                done = end
            } else {
                let (bytes, overflow) = length.multipliedReportingOverflow(by: width)
                guard !overflow else { throw cursor.damaged("\(length) groups") }
                // The last group may be cut short at the end of the page.
                let wanted = min(length, (count - done + 7) / 8) * 8
                let taken = min(wanted, count - done)
                let start = try cursor.skip(min(bytes, max(cursor.remaining, 0)))
                guard cursor.position - start >= BitPacking.byteCount(taken, width: width) else {
                    throw cursor.damaged("bit-packed values that end early")
                }
                values.withUnsafeMutableBufferPointer { buffer in
                    cursor.bytes.withUnsafeBytes { bytes in
                        BitPacking.read(
                            bytes, from: start, width: width,
                            into: UnsafeMutableBufferPointer(rebasing: buffer[done..<done + taken]))
                    }
                }
                done += taken
            }
        }
        return values
    }
}
