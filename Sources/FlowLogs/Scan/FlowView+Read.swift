extension FlowView {
    /// Records in all segments.
    var records: UInt64 { segments.reduce(0) { $0 + UInt64($1.count) } }

    /// One page, ordered by window end and then by number.
    ///
    /// `patience`: after so long a page goes out although it is not full, perhaps empty, with a cursor to go on from;
    /// `nil` is never.
    /// - Throws: `invalidQuery`, `invalidCursor`, `cancelled`.
    public func search(_ query: FlowQuery, patience: Duration? = nil) async throws(FlowLogError) -> FlowPage {
        try query.check()
        var reader = FlowPageReader(self, query, deadline: patience.map { ContinuousClock.now.advanced(by: $0) })
        return try await reader.run()
    }

    /// The records after the query's cursor in the order of their numbers; without a cursor none, and where now is.
    /// - Throws: `invalidQuery`, `invalidCursor`, `cancelled`.
    public func tail(_ query: FlowQuery) async throws(FlowLogError) -> FlowPage {
        try query.check()
        guard let text = query.cursor else { return FlowPage(records: [], cursor: FlowCursor.tail(id: newest).text) }
        guard case .tail(let after) = try FlowCursor(text: text), after <= newest else { throw .invalidCursor }
        let matcher = FlowMatcher(query, deletedThrough: deletedThrough)
        var page = FlowPage(records: [], cursor: nil)
        var last = newest
        // Those that are passed lie in front: looked for by halves, as a tail comes often.
        var low = segments.startIndex, high = segments.endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if segments[middle].lastNumber <= after { low = middle + 1 } else { high = middle }
        }
        scan: for segment in segments[low...] where matcher.mayMatch(segment) {
            if Task.isCancelled { throw .cancelled }
            await Task.yield()
            do {
                var reading = FlowReading(segment)
                let rows = try matcher.rows(of: &reading).indices(segment.count)
                if !rows.isEmpty { try reading.need(.all) }
                for row in rows {
                    let number = segment.firstNumber + Int64(row)
                    guard number > after else { continue }
                    page.records.append(reading.block.record(at: row))
                    if page.records.count == query.limit {
                        last = number
                        break scan
                    }
                }
            } catch {
                if error == .cancelled { throw error }
                page.damaged.append("\(segment.name): \(error)")
            }
        }
        page.cursor = FlowCursor.tail(id: last).text
        return page
    }

    /// Totals of everything that matches; limit, order and cursor do not matter.
    /// - Throws: `invalidQuery`, `cancelled`.
    public func sums(_ query: FlowQuery) async throws(FlowLogError) -> FlowSums {
        FlowSums(try await groups(query, by: FlowSums.grouping))
    }

    /// Sums of everything that matches by the values of some fields; limit, order and cursor of the query do not matter.
    ///
    /// Groups beyond `maximumGroups` are in the total and in `others` alone. `progress` is told, between segments, how
    /// many records are dealt with of how many.
    /// - Throws: `invalidQuery`, `cancelled`.
    public func groups(
        _ query: FlowQuery, by grouping: FlowGrouping, maximumGroups: Int = 1_000_000,
        progress: @Sendable (_ scanned: UInt64, _ total: UInt64) -> Void = { _, _ in }
    ) async throws(FlowLogError) -> FlowGroups {
        try query.check()
        try grouping.check()
        let matcher = FlowMatcher(query, deletedThrough: deletedThrough)
        var whole = FlowGroupScan(grouping, maximumGroups: maximumGroups)
        let kept = try summarised(query, by: grouping, ends: matcher.ends)
        for (value, count) in kept.sums { whole.add(value, count) }
        var ranges = kept.numbers[...]
        let wanted = segments.filter { segment in
            while let range = ranges.first, range.upperBound < segment.firstNumber { ranges.removeFirst() }
            if let range = ranges.first, range.contains(segment.firstNumber) { return false }
            return matcher.mayMatch(segment)
        }
        let total = wanted.reduce(0) { $0 + UInt64($1.count) }
        var scanned: UInt64 = 0
        let scan = FlowSegmentScan(segments: wanted, tasks: scanTasks) { segment throws(FlowLogError) in
            var reading = FlowReading(segment)
            let mask = try matcher.rows(of: &reading)
            if mask.hasRows { try reading.need(grouping.columns) }
            return FlowBlockGroups(reading.block, mask, by: grouping)
        }
        try await scan.run { segment, result in
            switch result {
            case .success(let part): whole.add(part)
            case .failure(let error): whole.miss("\(segment.name): \(error)")
            }
            scanned += UInt64(segment.count)
            progress(scanned, total)
        }
        if query.includeOpen {
            for block in running { whole.add(FlowBlockGroups(block, matcher.rows(of: block), by: grouping)) }
        }
        return whole.finished(stored: records, scanned: scanned)
    }
}
