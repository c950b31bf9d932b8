/// A count as SQLite keeps it: 63 bits, and whether it was cut to fit.
struct StoredCount: Equatable {
    private(set) var value: Int64 = 0
    private(set) var isSaturated = false

    init() {}

    init(_ count: UInt64) {
        value = Int64(clamping: count)
        isSaturated = count > UInt64(Int64.max)
    }

    static func += (left: inout StoredCount, right: UInt64) {
        let added = StoredCount(right)
        let (sum, overflow) = left.value.addingReportingOverflow(added.value)
        left.value = overflow ? .max : sum
        left.isSaturated = left.isSaturated || added.isSaturated || overflow
    }
}
