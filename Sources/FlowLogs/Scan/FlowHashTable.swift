/// Finds entries of a list by their hashes: open addressing, at most three quarters full.
struct FlowHashTable {
    private static let empty = UInt64.max

    /// The upper half of an entry's hash, and its index.
    private var slots: [UInt64]
    private(set) var count = 0

    init() { slots = Array(repeating: Self.empty, count: 1024) }

    /// The index of the entry with this hash that is meant; `nil` when there is none.
    @inline(__always)
    func find(_ hash: UInt64, _ isMeant: (Int) -> Bool) -> Int? {
        let mask = slots.count - 1
        let upper = hash >> 32
        var slot = Int(truncatingIfNeeded: upper) & mask
        while slots[slot] != Self.empty {
            let index = Int(truncatingIfNeeded: slots[slot] & 0xffff_ffff)
            if slots[slot] >> 32 == upper, isMeant(index) { return index }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// Adds the entry of index `count`, which is not there yet; at most 2^32 - 1 of them.
    mutating func append(_ hash: UInt64) {
        if count >= slots.count / 4 * 3 {
            let old = slots
            slots = Array(repeating: Self.empty, count: 2 * old.count)
            for slot in old where slot != Self.empty { put(slot) }
        }
        put(hash & 0xffff_ffff_0000_0000 | UInt64(count))
        count += 1
    }

    private mutating func put(_ entry: UInt64) {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: entry >> 32) & mask
        while slots[slot] != Self.empty { slot = (slot + 1) & mask }
        slots[slot] = entry
    }
}

/// Hashes that nobody who sends packets can foresee.
struct FlowHasher {
    private let first = UInt64.random(in: .min ... .max)
    private let second = UInt64.random(in: .min ... .max) | 1

    /// Mixes two numbers into one.
    @inline(__always)
    func hash(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = (left ^ first).multipliedFullWidth(by: right ^ second)
        return (product.high ^ product.low) &* 0x9e37_79b9_7f4a_7c15
    }
}
