/// Which batches of an agent have come, and which streams it feeds.
struct AgentLedger: Equatable {
    enum Arrival: Equatable {
        /// It was there already.
        case repeated
        /// One of the missing ones, found after all.
        case found
        /// A new one; so many numbers before it did not come, or the agent has another spool than before. `overlaps`:
        /// it sums up numbers of which some came before, which no agent does.
        case next(missing: Int64, spoolReplaced: Bool, overlaps: Bool)
    }

    /// Spools remembered per agent.
    static let spoolLimit = 64

    /// All the agent's slices that began before this had come (Unix milliseconds); `nil` when it has sent none.
    var watermark: Int64?
    /// When the agent was heard last (Unix seconds).
    var heardAt: Int64
    /// Oldest first.
    var spools: [SpoolLedger] = []
    /// When it fed each stream last (Unix seconds).
    var feeds: [FlowStream: Int64] = [:]

    /// Says what the batch is, and writes down which numbers are missing before it, or that it is missing no more.
    /// `isKnown`: the agent was heard before. Without `remembersMissing` the missing ones stay missing.
    mutating func arrive(
        _ spool: SpoolID, _ numbers: ClosedRange<Int64>, isKnown: Bool, remembersMissing: Bool = true
    ) -> Arrival {
        let found = spools.firstIndex { $0.id == spool }
        if found == nil {
            spools.append(SpoolLedger(id: spool))
            if spools.count > Self.spoolLimit { spools.removeFirst(spools.count - Self.spoolLimit) }
        }
        let index = found ?? spools.count - 1
        return spools[index].arrive(
            numbers, spoolReplaced: found == nil && isKnown, remembersMissing: remembersMissing)
    }

    /// The number up to which the agent may forget.
    func acknowledged(_ spool: SpoolID) -> Int64 { spools.last { $0.id == spool }?.acknowledged ?? 0 }
}

/// Which batches of one spool have come: the number below which all came or are known to be missing.
struct SpoolLedger: Equatable {
    /// Missing ranges remembered per spool; a batch of a forgotten range stays lost.
    static let missingLimit = 1024

    let id: SpoolID
    var acknowledged: Int64 = 0
    /// Numbers at or below `acknowledged` that have not come, in order.
    var missing: [ClosedRange<Int64>] = []

    /// `numbers`: those the batch stands for.
    mutating func arrive(
        _ numbers: ClosedRange<Int64>, spoolReplaced: Bool, remembersMissing: Bool = true
    ) -> AgentLedger.Arrival {
        let (first, last) = (numbers.lowerBound, numbers.upperBound)
        guard last <= acknowledged else {
            let overlaps = first <= acknowledged
            // None of an overlapping batch counts, so its new numbers are missing as well, for good.
            let count = overlaps ? last - acknowledged : first - acknowledged - 1
            if count > 0, !overlaps, remembersMissing { missing.append(acknowledged + 1...first - 1) }
            forget()
            acknowledged = last
            return .next(missing: count, spoolReplaced: spoolReplaced, overlaps: overlaps)
        }
        guard let index = missing.firstIndex(where: { $0.lowerBound <= first && last <= $0.upperBound }) else {
            return .repeated
        }
        let range = missing[index]
        var parts: [ClosedRange<Int64>] = []
        if range.lowerBound < first { parts.append(range.lowerBound...first - 1) }
        if last < range.upperBound { parts.append(last + 1...range.upperBound) }
        missing.replaceSubrange(index...index, with: parts)
        forget()
        return .found
    }

    private mutating func forget() {
        if missing.count > Self.missingLimit { missing.removeFirst(missing.count - Self.missingLimit) }
    }
}
