/// Numbers of a group's values, in the order of the grouping's keys; zeros behind them.
typealias FlowGroupCode = SIMD8<UInt32>

/// One block's rows summed by group, in the block's own numbers: what several tasks can make at once, before it is
/// added to the whole.
struct FlowBlockGroups: Sendable {
    /// Of each group, by the columns' indices.
    private(set) var codes: [FlowGroupCode]
    /// Of each group, at least one record.
    private(set) var counts: [FlowSums.Count]
    /// What the indices stand for, for each key.
    private(set) var values: [FlowGroupValues] = []
    private(set) var isExact = true

    /// The rows of `mask`; of the columns those of the keys must be there, packets, bytes and mark.
    init(_ block: FlowBlock, _ mask: FlowMask, by grouping: FlowGrouping) {
        let rows: [UInt8]?
        switch mask {
        case .none:
            (codes, counts) = ([], [])
            return
        case .every: rows = nil
        case .rows(let list): rows = list
        }
        var groups = FlowZeros.words(block.count)
        var codes = [FlowGroupCode()]
        for (place, key) in grouping.keys.enumerated() {
            let column = FlowGroupColumn(key, block, bucketSeconds: grouping.bucketSeconds)
            // From pairs of a group so far and a value of this field to a group.
            var pairs = FlowPairTable(codes.count, column.values.count, rows: block.count)
            let before = groups
            codes = pairs.number(&groups, with: column.indices, where: rows).map { row in
                var code = codes[Int(before[row])]
                code[place] = column.indices[row]
                return code
            }
            values.append(column.values)
        }
        self.codes = codes
        counts = Array(repeating: FlowSums.Count(), count: codes.count)
        add(block, rows, groups)
    }

    private mutating func add(_ block: FlowBlock, _ rows: [UInt8]?, _ groups: [UInt32]) {
        var isWhole = true
        counts.withUnsafeMutableBufferPointer { counts in
            groups.withUnsafeBufferPointer { groups in
                block.packets.withUnsafeBufferPointer { packets in
                    block.bytes.withUnsafeBufferPointer { bytes in
                        for row in 0..<min(groups.count, packets.count, bytes.count, rows?.count ?? .max) {
                            if let rows, rows[row] == 0 { continue }
                            let fits = counts[Int(groups[row])].add(packets: packets[row], bytes: bytes[row])
                            isWhole = fits && isWhole
                        }
                    }
                }
            }
        }
        // Saturated counts and losses of unknown size are rare.
        if (block.mark.max() ?? 0) != 0 {
            for row in 0..<block.count where block.mark[row] != 0 {
                if let rows, rows[row] == 0 { continue }
                if !Self.isExact(block.status[row], block.mark[row]) { isWhole = false }
            }
        }
        isExact = isWhole
    }

    private static func isExact(_ status: UInt8, _ mark: UInt32) -> Bool {
        status == FlowLogStatus.skipData.rawValue
            && FlowLoss.Causes(rawValue: Int64(mark)).isDisjoint(with: .uncounted)
    }
}

extension FlowGrouping {
    /// Columns that are read for it, beside those of the conditions.
    var columns: FlowColumns { keys.reduce([.packets, .bytes, .mark]) { $0.union($1.column) } }
}
