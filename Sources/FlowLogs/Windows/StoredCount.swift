/// A count as records keep it: 63 bits, and whether it was cut to fit.
struct StoredCount: Equatable {
    private(set) var value: UInt64 = 0
    private(set) var isSaturated = false

    init() {}

    init(_ count: UInt64) { self += count }

    /// As it was written down.
    init(value: UInt64, isSaturated: Bool) {
        self.value = min(value, Self.maximum)
        self.isSaturated = isSaturated
    }

    static let maximum = UInt64(Int64.max)

    static func += (left: inout StoredCount, right: UInt64) {
        if add(right, to: &left.value) { left.isSaturated = true }
    }

    /// Adds to a count within the maximum and returns whether the sum was cut to it.
    static func add(_ more: UInt64, to count: inout UInt64) -> Bool {
        let (sum, overflow) = count.addingReportingOverflow(more)
        guard overflow || sum > maximum else {
            count = sum
            return false
        }
        count = maximum
        return true
    }
}
