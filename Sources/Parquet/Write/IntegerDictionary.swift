/// The distinct values of a column in the order they appear, and the index of each row's.
struct IntegerDictionary<T: FixedWidthInteger> {
    private(set) var entries: [T] = []
    private(set) var indices: [UInt32]

    /// Nil if there are more than `limit` distinct values.
    init?(_ values: [T], limit: Int) {
        var capacity = 256
        while capacity < 2 * (limit + 1) { capacity *= 2 }
        // Open addressing: 0 is free, others are an index plus one.
        var slots = [UInt32](repeating: 0, count: capacity)
        let mask = capacity - 1
        indices = [UInt32](repeating: 0, count: values.count)
        var last: (value: T, index: UInt32)?
        for (row, value) in values.enumerated() {
            if let last, last.value == value {
                indices[row] = last.index
                continue
            }
            let hash = UInt64(truncatingIfNeeded: value) &* 0x9E37_79B9_7F4A_7C15
            var slot = Int(truncatingIfNeeded: hash >> 32) & mask
            while slots[slot] != 0, entries[Int(slots[slot]) - 1] != value { slot = (slot + 1) & mask }
            if slots[slot] == 0 {
                guard entries.count < limit else { return nil }
                entries.append(value)
                slots[slot] = UInt32(entries.count)
            }
            indices[row] = slots[slot] - 1
            last = (value, slots[slot] - 1)
        }
    }
}
