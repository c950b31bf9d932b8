/// Adds up the rows of blocks.
struct FlowSumScan {
    var sums = FlowSums()

    mutating func add(_ block: FlowBlock, _ mask: FlowMask) {
        switch mask {
        case .none: return
        case .every: for row in 0..<block.count { add(block, row) }
        case .rows(let rows): for row in 0..<min(rows.count, block.count) where rows[row] != 0 { add(block, row) }
        }
    }

    @inline(__always)
    private mutating func add(_ block: FlowBlock, _ row: Int) {
        var isWhole = true
        switch block.status[row] {
        case FlowLogStatus.ok.rawValue:
            isWhole = block.mark[row] == 0
            if block.action[row] == FlowAction.accept.rawValue {
                isWhole = sums.accepted.add(packets: block.packets[row], bytes: block.bytes[row]) && isWhole
            } else {
                isWhole = sums.rejected.add(packets: block.packets[row], bytes: block.bytes[row]) && isWhole
            }
        case FlowLogStatus.noData.rawValue: sums.idleWindows &+= 1
        default:
            isWhole = FlowLoss.Causes(rawValue: Int64(block.mark[row])).isDisjoint(with: .uncounted)
            isWhole = sums.lost.add(packets: block.packets[row], bytes: block.bytes[row]) && isWhole
        }
        if !isWhole { sums.isExact = false }
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
}
