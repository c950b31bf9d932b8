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

    /// The number of a pair; `next` when it is new.
    @inline(__always)
    mutating func group(of first: UInt32, _ second: UInt32, next: UInt32) -> (group: UInt32, isNew: Bool) {
        var place: Int
        if isDense {
            place = Int(first) * width + Int(second)
        } else {
            let pair = UInt64(first) << 32 | UInt64(second)
            // Fibonacci hashing: the upper bits are mixed best.
            place = Int(truncatingIfNeeded: (pair &* 0x9e37_79b9_7f4a_7c15) >> 32) & mask
            while groups[place] != Self.empty, pairs[place] != pair { place = (place + 1) & mask }
            pairs[place] = pair
        }
        if groups[place] != Self.empty { return (groups[place], false) }
        groups[place] = next
        return (next, true)
    }
}
