/// The values of a column of texts, as they are stored: for who does not need them as `String`.
public struct ParquetTexts: Sendable {
    /// The texts, with other bytes between and behind them. Nobody has checked that they are UTF-8.
    public private(set) var bytes: [UInt8] = []
    /// Where in `bytes` each of the texts lies.
    public private(set) var places: [Range<Int>] = []
    /// For each row the index of its text in `places`; of a row without a value 0.
    public internal(set) var indices: [UInt32] = []
    /// Which rows have a value; nil if all have.
    public internal(set) var present: [Bool]?

    /// Takes the texts of a dictionary page over, each behind its length in four bytes.
    mutating func take(_ cursor: inout ByteCursor, count: Int) throws(ParquetError) {
        guard count <= cursor.remaining / 4 else { throw cursor.damaged("\(count) texts in too few bytes") }
        bytes = cursor.bytes
        places.reserveCapacity(count)
        for _ in 0..<count {
            let length = Int(try cursor.littleEndian(UInt32.self))
            let start = try cursor.skip(length)
            places.append(start..<start + length)
        }
    }

    /// Adds a text and returns its index.
    mutating func append(_ text: [UInt8]) -> UInt32 {
        places.append(bytes.count..<bytes.count + text.count)
        bytes += text
        return UInt32(places.count - 1)
    }

    /// Throws `ParquetError.damaged` if one is not UTF-8.
    func strings(place: String) throws(ParquetError) -> [String] {
        var texts: [String] = []
        texts.reserveCapacity(places.count)
        for range in places {
            guard let text = String(validating: bytes[range], as: UTF8.self) else {
                throw .damaged("text that is not UTF-8, \(place)")
            }
            texts.append(text)
        }
        return texts
    }
}
