/// Where each group's sum is. The codes of one key are small numbers, so that a list of them has the places: a look-up is
/// one step in memory that is mostly near. Those of several are looked for by their hashes.
struct FlowGroupPlaces {
    private static let none = UInt32.max

    private let keys: Int
    private let hasher: FlowHasher
    private var table = FlowHashTable()
    /// By the code of the only key and 1; by 0 for what has no value.
    private var list: [UInt32] = []
    private var count: UInt32 = 0

    init(keys: Int, _ hasher: FlowHasher) {
        self.keys = keys
        self.hasher = hasher
    }

    /// The index of the group with this code; `nil` when it was not added.
    @inline(__always)
    func find(_ code: FlowGroupCode, among codes: [FlowGroupCode]) -> Int? {
        guard keys == 1 else { return table.find(hash(code)) { codes[$0] == code } }
        let place = Self.place(code)
        guard place < list.count, list[place] != Self.none else { return nil }
        return Int(list[place])
    }

    /// Adds a group, whose index is that of the next.
    mutating func append(_ code: FlowGroupCode) {
        if keys == 1 {
            let place = Self.place(code)
            if place >= list.count {
                list += Array(repeating: Self.none, count: max(place + 1, 2 * list.count) - list.count)
            }
            list[place] = count
        } else {
            table.append(hash(code))
        }
        count += 1
    }

    @inline(__always)
    private static func place(_ code: FlowGroupCode) -> Int {
        code[0] == FlowGroupDictionary.absent ? 0 : Int(code[0]) + 1
    }

    private func hash(_ code: FlowGroupCode) -> UInt64 {
        var hash: UInt64 = 0
        var place = 0
        while place < keys {
            hash = hasher.hash(hash, UInt64(code[place]) << 32 | UInt64(code[place + 1]))
            place += 2
        }
        return hash
    }
}
