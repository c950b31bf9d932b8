/// Numbers the distinct pairs of two small numbers, in the order in which they come.
struct FlowPairTable {
    private static let empty = UInt32.max
    /// Largest table that has a place for every possible pair.
    private static let largestDense = 1 << 18

    private let width: Int
    private let isDense: Bool
    private let mask: Int
    private var groups: [UInt32]
    private var pairs: [UInt64]

    /// Pairs of numbers below `first` and below `second`, at most `rows` of them.
    init(_ first: Int, _ second: Int, rows: Int) {
        width = second
        let (places, overflow) = first.multipliedReportingOverflow(by: second)
        isDense = !overflow && places <= Self.largestDense
        var size = 16
        while !isDense, size < 2 * rows { size *= 2 }
        mask = size - 1
        groups = Array(repeating: Self.empty, count: isDense ? places : size)
        pairs = isDense ? [] : Array(repeating: 0, count: size)
    }

    /// Replaces each first number by that of its pair, and returns a row of each pair. Only the rows of `mask` count, all
    /// when it is `nil`; the others keep what they have.
    ///
    /// Every number must be below what the table is for.
    mutating func number(
        _ first: inout [UInt32], with second: [UInt32], where mask: [UInt8]? = nil
    ) -> [Int] {
        var examples: [Int] = []
        let rows = min(first.count, second.count, mask?.count ?? .max)
        first.withUnsafeMutableBufferPointer { first in
            second.withUnsafeBufferPointer { second in
                if let mask {
                    mask.withUnsafeBufferPointer { mask in
                        for row in 0..<rows where mask[row] != 0 { number(row, first, second, &examples) }
                    }
                } else {
                    for row in 0..<rows { number(row, first, second, &examples) }
                }
            }
        }
        return examples
    }

    @inline(__always)
    private mutating func number(
        _ row: Int, _ first: UnsafeMutableBufferPointer<UInt32>, _ second: UnsafeBufferPointer<UInt32>,
        _ examples: inout [Int]
    ) {
        var place: Int
        if isDense {
            place = Int(first[row]) * width + Int(second[row])
        } else {
            let pair = UInt64(first[row]) << 32 | UInt64(second[row])
            // Fibonacci hashing: the upper bits are mixed best.
            place = Int(truncatingIfNeeded: (pair &* 0x9e37_79b9_7f4a_7c15) >> 32) & mask
            while groups[place] != Self.empty, pairs[place] != pair { place = (place + 1) & mask }
            pairs[place] = pair
        }
        if groups[place] == Self.empty {
            groups[place] = UInt32(truncatingIfNeeded: examples.count)
            examples.append(row)
        }
        first[row] = groups[place]
    }
}
