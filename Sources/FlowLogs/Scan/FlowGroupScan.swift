/// Sums by group over many blocks, in bounded memory.
struct FlowGroupScan {
    private let grouping: FlowGrouping
    private let maximumGroups: Int
    private var dictionary: FlowGroupDictionary
    private(set) var result = FlowGroups()
    private var places: FlowGroupPlaces
    private var codes: [FlowGroupCode] = []
    private var counts: [FlowSums.Count] = []

    /// `maximumGroups`: beyond them, what has no group yet is in the total alone.
    init(_ grouping: FlowGrouping, maximumGroups: Int) {
        self.grouping = grouping
        self.maximumGroups = min(maximumGroups, 1 << 28)
        let hasher = FlowHasher()
        dictionary = FlowGroupDictionary(limit: 4 * self.maximumGroups, hasher)
        places = FlowGroupPlaces(keys: grouping.keys.count, hasher)
    }

    mutating func miss(_ damage: String) {
        result.damaged.append(damage)
        result.isExact = false
    }

    /// Adds what a block has.
    mutating func add(_ part: FlowBlockGroups) {
        if !part.isExact { result.isExact = false }
        // What the block's numbers are in the whole; of several keys each value is looked up once.
        var known = part.values.map { Array(repeating: UInt64.max, count: part.values.count > 1 ? $0.count : 0) }
        for (local, count) in zip(part.codes, part.counts) where count.records > 0 {
            var code = FlowGroupCode()
            for (place, values) in part.values.enumerated() {
                let index = local[place]
                if known.count > 1, known[place][Int(index)] != .max {
                    code[place] = UInt32(truncatingIfNeeded: known[place][Int(index)])
                    continue
                }
                code[place] = number(index, values, grouping.keys[place])
                if known.count > 1 { known[place][Int(index)] = UInt64(code[place]) }
            }
            add(code, count)
        }
    }

    private mutating func number(_ index: UInt32, _ values: FlowGroupValues, _ key: FlowGrouping.Key) -> UInt32 {
        switch values {
        case .numbers(let end): return index < end ? index : FlowGroupDictionary.absent
        case .addresses(let list):
            return Int(index) < list.count ? dictionary.code(of: list[Int(index)]) : FlowGroupDictionary.absent
        case .names, .times: return dictionary.code(of: values[index], key)
        }
    }

    /// Adds a sum that was kept, when there is one key.
    mutating func add(_ value: FlowGroups.Value, _ count: FlowSums.Count) {
        guard let key = grouping.keys.first, count.records > 0 else { return }
        var code = FlowGroupCode()
        code[0] = dictionary.code(of: value, key)
        add(code, count)
    }

    private mutating func add(_ code: FlowGroupCode, _ count: FlowSums.Count) {
        if !result.total.add(count) { result.isExact = false }
        if let index = places.find(code, among: codes) {
            if !counts[index].add(count) { result.isExact = false }
        } else if codes.count < maximumGroups,
            grouping.keys.indices.allSatisfy({ code[$0] != FlowGroupDictionary.unkept })
        {
            places.append(code)
            codes.append(code)
            counts.append(count)
        } else {
            result.isComplete = false
        }
    }

    // MARK: The answer

    /// The largest groups and the rest.
    func finished(stored: UInt64, scanned: UInt64) -> FlowGroups {
        var answer = result
        answer.storedRecords = stored
        answer.scannedRecords = scanned
        answer.distinct = UInt64(codes.count)
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
        guard let least = leastOfLargest() else { return [] }
        var list = codes.indices.filter { size(counts[$0]) > least }.map(group)
        list.sort { size($0.count) != size($1.count) ? size($0.count) > size($1.count) : Self.comesFirst($0, $1) }
        var equals: [FlowGroups.Group] = []
        let room = grouping.limit - list.count
        for index in codes.indices where size(counts[index]) == least {
            let group = group(index)
            if equals.count == room, let last = equals.last, Self.comesFirst(last, group) { continue }
            let place = equals.firstIndex { Self.comesFirst(group, $0) } ?? equals.count
            equals.insert(group, at: place)
            if equals.count > room { equals.removeLast() }
        }
        return list + equals
    }

    /// The size of the smallest group that is wanted.
    private func leastOfLargest() -> UInt64? {
        // The largest so far, at times more than are wanted, cut when there are twice as many.
        var largest: [UInt64] = []
        var least: UInt64 = 0
        for count in counts where size(count) >= least {
            largest.append(size(count))
            guard largest.count >= 2 * grouping.limit else { continue }
            largest.sort(by: >)
            largest.removeLast(largest.count - grouping.limit)
            least = largest.last ?? 0
        }
        return largest.sorted(by: >).prefix(grouping.limit).last
    }

    private func group(_ index: Int) -> FlowGroups.Group {
        let values = grouping.keys.enumerated().map { dictionary.value(codes[index][$0.offset], $0.element) }
        return FlowGroups.Group(values: values, count: counts[index])
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
}

extension FlowSums.Count {
    /// Adds one record, or several with their sums; `false` when a sum does not fit and stays at the largest number.
    @inline(__always)
    mutating func add(records: UInt64 = 1, packets: UInt64, bytes: UInt64) -> Bool {
        let (morePackets, tooManyPackets) = self.packets.addingReportingOverflow(packets)
        let (moreBytes, tooManyBytes) = self.bytes.addingReportingOverflow(bytes)
        self.records &+= records
        self.packets = tooManyPackets ? .max : morePackets
        self.bytes = tooManyBytes ? .max : moreBytes
        return !tooManyPackets && !tooManyBytes
    }

    /// `false` when a sum does not fit and stays at the largest number.
    mutating func add(_ other: FlowSums.Count) -> Bool {
        add(records: other.records, packets: other.packets, bytes: other.bytes)
    }
}
