import Glibc

/// The texts a column uses, as PLAIN stores them one after the other, and the index of each value's.
struct TextDictionary {
    /// Each text behind its length in four bytes.
    private(set) var bytes: [UInt8] = []
    /// Where each text begins, behind its length.
    private var starts: [Int] = []
    private(set) var indices: [UInt32] = []

    /// Throws `ParquetError.mismatch` if an index has no text.
    init(_ dictionary: [String], _ all: [UInt32], present: [Bool]?, column: String) throws(ParquetError) {
        var numbers = [UInt32](repeating: .max, count: dictionary.count)
        indices.reserveCapacity(all.count)
        for (row, index) in all.enumerated() {
            if let present, !present[row] { continue }
            guard Int(index) < numbers.count else {
                throw .mismatch("column \(column): no text \(index) of \(numbers.count)")
            }
            if numbers[Int(index)] == .max {
                numbers[Int(index)] = UInt32(starts.count)
                add(dictionary[Int(index)])
            }
            indices.append(numbers[Int(index)])
        }
    }

    private mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { text in
            bytes.append(littleEndian: UInt32(text.count))
            starts.append(bytes.count)
            bytes.append(contentsOf: text)
        }
    }

    var count: Int { starts.count }

    /// The text of that index behind its length.
    func plain(_ index: Int) -> ArraySlice<UInt8> {
        bytes[starts[index] - 4..<end(index)]
    }

    private func end(_ index: Int) -> Int {
        index + 1 < starts.count ? starts[index + 1] - 4 : bytes.count
    }

    func forEach(_ body: (UnsafeRawBufferPointer) -> Void) {
        bytes.withUnsafeBytes { bytes in
            for index in starts.indices { body(UnsafeRawBufferPointer(rebasing: bytes[starts[index]..<end(index)])) }
        }
    }

    /// The first and last text in the order of their bytes.
    var bounds: (minimum: [UInt8], maximum: [UInt8])? {
        guard !starts.isEmpty else { return nil }
        var least = 0
        var most = 0
        bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            func precedes(_ first: Int, _ second: Int) -> Bool {
                let (start, other) = (starts[first], starts[second])
                let (length, otherLength) = (end(first) - start, end(second) - other)
                let order = memcmp(base + start, base + other, min(length, otherLength))
                return order < 0 || order == 0 && length < otherLength
            }
            for index in starts.indices.dropFirst() {
                if precedes(index, least) { least = index }
                if precedes(most, index) { most = index }
            }
        }
        return (Array(bytes[starts[least]..<end(least)]), Array(bytes[starts[most]..<end(most)]))
    }
}
