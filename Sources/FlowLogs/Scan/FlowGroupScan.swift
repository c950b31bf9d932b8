import Model

/// Sums blocks by group, in bounded memory.
///
/// A group is a tuple of 32-bit codes: small numbers as they are, other values by their place in a table. Within a
/// block each distinct value of a dictionary is looked up once.
struct FlowGroupScan {
    /// Codes of up to eight fields.
    struct Code: Hashable {
        var first: SIMD4<UInt32> = .zero
        var second: SIMD4<UInt32> = .zero

        subscript(index: Int) -> UInt32 {
            get { index < 4 ? first[index] : second[index - 4] }
            set {
                if index < 4 { first[index] = newValue } else { second[index - 4] = newValue }
            }
        }
    }

    /// The code of what a record does not have.
    private static let absent = UInt32.max
    /// The code of a value that found no room.
    private static let unkept = UInt32.max - 1

    private let grouping: FlowGrouping
    private let maximumGroups: Int
    private(set) var groups: [Code: FlowSums.Count] = [:]
    private(set) var result = FlowGroups()
    private var places: [FlowGroups.Value: UInt32] = [:]
    private var values: [FlowGroups.Value] = []

    /// `maximumGroups`: beyond them, what has no group yet is in the total alone.
    init(_ grouping: FlowGrouping, maximumGroups: Int) {
        self.grouping = grouping
        self.maximumGroups = maximumGroups
    }

    /// Columns that are read for it, beside those of the conditions.
    var columns: FlowColumns {
        grouping.keys.reduce([.packets, .bytes, .mark]) { $0.union($1.column) }
    }

    mutating func miss(_ damage: String) {
        result.damaged.append(damage)
        result.isExact = false
    }

    /// Adds the rows of a block: first by the block's own groups, then those to the whole.
    mutating func add(_ block: FlowBlock, _ mask: FlowMask) {
        let rows: [UInt8]
        switch mask {
        case .none: return
        case .every: rows = Array(repeating: 1, count: block.count)
        case .rows(let list): rows = list
        }
        let (local, codes) = groups(of: block, rows)
        var counts = Array(repeating: FlowSums.Count(), count: codes.count)
        var isExact = true
        for row in 0..<min(block.count, rows.count) where rows[row] != 0 {
            if !counts[Int(local[row])].add(packets: block.packets[row], bytes: block.bytes[row]) { isExact = false }
            if block.mark[row] != 0, !Self.isExact(block.status[row], block.mark[row]) { isExact = false }
        }
        for (code, count) in zip(codes, counts) where count.records > 0 {
            if !result.total.add(count) { isExact = false }
            if let index = groups.index(forKey: code) {
                if !groups.values[index].add(count) { isExact = false }
            } else if groups.count < maximumGroups, grouping.keys.indices.allSatisfy({ code[$0] != Self.unkept }) {
                groups[code] = count
            } else {
                result.isComplete = false
            }
        }
        if !isExact { result.isExact = false }
    }

    /// Adds a sum that was kept, when there is one key.
    mutating func add(_ value: FlowGroups.Value, _ count: FlowSums.Count) {
        guard let key = grouping.keys.first, count.records > 0 else { return }
        var code = Code()
        code[0] = self.code(of: value, key)
        if !result.total.add(count) { result.isExact = false }
        if let index = groups.index(forKey: code) {
            if !groups.values[index].add(count) { result.isExact = false }
        } else if groups.count < maximumGroups, code[0] != Self.unkept {
            groups[code] = count
        } else {
            result.isComplete = false
        }
    }

    private static func isExact(_ status: UInt8, _ mark: UInt32) -> Bool {
        status == FlowLogStatus.skipData.rawValue
            && FlowLoss.Causes(rawValue: Int64(mark)).isDisjoint(with: .uncounted)
    }

    // MARK: Codes

    /// For each row the number of its group within the block, and the codes of these groups.
    private mutating func groups(of block: FlowBlock, _ rows: [UInt8]) -> (local: [UInt32], codes: [Code]) {
        var local = Array(repeating: UInt32(0), count: block.count)
        var codes = [Code()]
        for (place, key) in grouping.keys.enumerated() {
            let column = FlowGroupColumn(key, block, bucketSeconds: grouping.bucketSeconds)
            // From pairs of a group so far and a value of this field to a group.
            var pairs = FlowPairTable(codes.count, column.count, rows: block.count)
            var next: [Code] = []
            for row in 0..<block.count where rows[row] != 0 {
                let (group, isNew) = pairs.group(of: local[row], column.indices[row], next: UInt32(next.count))
                if isNew {
                    var code = codes[Int(local[row])]
                    code[place] = self.code(of: column.value(at: column.indices[row], block), key)
                    next.append(code)
                }
                local[row] = group
            }
            codes = next
        }
        return (local, codes)
    }

    private mutating func code(of value: FlowGroups.Value, _ key: FlowGrouping.Key) -> UInt32 {
        switch value {
        case .none: return Self.absent
        case .number(let number) where key != .time: return UInt32(truncatingIfNeeded: number)
        case .number, .address, .text:
            if let code = places[value] { return code }
            guard values.count < 4 * maximumGroups else { return Self.unkept }
            let code = UInt32(values.count)
            places[value] = code
            values.append(value)
            return code
        }
    }

    /// What a code of this field stands for.
    private func value(_ code: UInt32, _ key: FlowGrouping.Key) -> FlowGroups.Value {
        guard code != Self.absent else { return .none }
        switch key {
        case .source, .destination, .account, .flowLog, .networkInterface, .vpc, .subnet, .instance, .time:
            return values[Int(code)]
        case .sourcePort, .destinationPort, .transport, .direction, .action, .status:
            return .number(UInt64(code))
        }
    }

    // MARK: The answer

    /// The largest groups and the rest.
    func finished(stored: UInt64, scanned: UInt64) -> FlowGroups {
        var answer = result
        answer.storedRecords = stored
        answer.scannedRecords = scanned
        answer.distinct = UInt64(groups.count)
        answer.groups = largest()
        answer.others = answer.total
        for group in answer.groups {
            answer.others.records &-= group.count.records
            answer.others.packets &-= min(group.count.packets, answer.others.packets)
            answer.others.bytes &-= min(group.count.bytes, answer.others.bytes)
        }
        return answer
    }

    /// The largest groups, equal ones by their values; only those that may be among them are sorted.
    private func largest() -> [FlowGroups.Group] {
        let sizes = groups.values.map(size).sorted(by: >)
        guard let least = sizes.prefix(grouping.limit).last else { return [] }
        var list = groups.filter { size($0.value) > least }.map(group)
        list.sort { size($0.count) != size($1.count) ? size($0.count) > size($1.count) : Self.comesFirst($0, $1) }
        var equals: [FlowGroups.Group] = []
        let room = grouping.limit - list.count
        for entry in groups where size(entry.value) == least {
            let group = group(entry)
            if equals.count == room, let last = equals.last, Self.comesFirst(last, group) { continue }
            let place = equals.firstIndex { Self.comesFirst(group, $0) } ?? equals.count
            equals.insert(group, at: place)
            if equals.count > room { equals.removeLast() }
        }
        return list + equals
    }

    private func group(_ entry: (key: Code, value: FlowSums.Count)) -> FlowGroups.Group {
        FlowGroups.Group(values: values(entry.key), count: entry.value)
    }

    private static func comesFirst(_ left: FlowGroups.Group, _ right: FlowGroups.Group) -> Bool {
        left.values.lexicographicallyPrecedes(right.values, by: <)
    }

    private func size(_ count: FlowSums.Count) -> UInt64 {
        switch grouping.order {
        case .bytes: count.bytes
        case .packets: count.packets
        case .records: count.records
        }
    }

    private func values(_ code: Code) -> [FlowGroups.Value] {
        grouping.keys.enumerated().map { value(code[$0.offset], $0.element) }
    }
}

extension FlowSums.Count {
    /// `false` when a sum does not fit and stays at the largest number.
    mutating func add(_ other: FlowSums.Count) -> Bool {
        add(records: other.records, packets: other.packets, bytes: other.bytes)
    }
}
