import Packet

/// Reads one page of a search from a view.
///
/// Closed records are ordered by window end and then by number. Segments are read in the order of what they can hold,
/// and no further than the page can still change, so that memory is that of a page and of one segment.
struct FlowPageReader {
    private let view: FlowView
    private let query: FlowQuery
    private let matcher: FlowMatcher
    /// When a page goes out although it is not full; `nil` is never.
    private let deadline: ContinuousClock.Instant?
    private var page = FlowPage(records: [], cursor: nil)
    private var pinned: Int64 = 0

    init(_ view: FlowView, _ query: FlowQuery, deadline: ContinuousClock.Instant?) {
        self.view = view
        self.query = query
        self.deadline = deadline
        matcher = FlowMatcher(query, deletedThrough: view.deletedThrough)
    }

    /// - Throws: `invalidCursor`, `cancelled`.
    mutating func run() async throws(FlowLogError) -> FlowPage {
        var position: FlowCursor?
        if let text = query.cursor { position = try FlowCursor(text: text) }
        var closedFrom: FlowPlaceOfRecord?
        var openFrom: Int64?
        pinned = view.newest
        switch position {
        case nil: break
        case .closed(let end, let number, let snapshot):
            (closedFrom, pinned) = (FlowPlaceOfRecord(end: end, number: number), snapshot)
        case .open(let offset, let snapshot): (openFrom, pinned) = (offset, snapshot)
        case .tail: throw .invalidCursor
        }
        guard pinned <= view.newest, openFrom == nil || query.includeOpen else { throw .invalidCursor }
        if query.newestFirst {
            if query.includeOpen, closedFrom == nil {
                readRunning(from: openFrom ?? 0)
                if page.cursor == nil, isFull {
                    page.cursor = FlowCursor.closed(end: .max, id: .max, snapshot: pinned).text
                }
            }
            if page.cursor == nil { try await readClosed(after: closedFrom) }
        } else {
            if openFrom == nil { try await readClosed(after: closedFrom) }
            if query.includeOpen, page.cursor == nil {
                if isFull {
                    page.cursor = FlowCursor.open(offset: 0, snapshot: pinned).text
                } else {
                    readRunning(from: openFrom ?? 0)
                }
            }
        }
        return page
    }

    private var isFull: Bool { page.records.count >= query.limit }

    // MARK: Running windows

    /// `offset`: matching records to pass over.
    private mutating func readRunning(from offset: Int64) {
        var left = Int(clamping: offset)
        var taken: Int64 = 0
        for block in query.newestFirst ? view.running.reversed() : view.running {
            let rows = matcher.rows(of: block).indices(block.count)
            guard rows.count > left else {
                left -= rows.count
                continue
            }
            for row in (query.newestFirst ? rows.reversed() : rows).dropFirst(left) {
                if isFull {
                    page.cursor = FlowCursor.open(offset: offset + taken, snapshot: pinned).text
                    return
                }
                page.records.append(block.record(at: row, isOpen: true))
                taken += 1
            }
            left = 0
        }
    }

    // MARK: Closed windows

    private mutating func readClosed(after position: FlowPlaceOfRecord?) async throws(FlowLogError) {
        let segments = candidates(after: position)
        let room = query.limit - page.records.count
        var found: [(place: FlowPlaceOfRecord, record: FlowRecord)] = []
        page.total = view.records
        // Passed over without reading: they are dealt with as well.
        page.scanned = page.total - segments.reduce(0) { $0 + UInt64($1.count) }
        // What is found is mostly in the first segments; when it is not, several are read at once.
        let scan = FlowSegmentScan(segments: segments, tasks: view.scanTasks, alone: 2) {
            [matcher, query, pinned] segment throws(FlowLogError) in
            try FlowFoundRows(segment, matcher, query, after: position, through: pinned)
        }
        var isStopped = false
        try await scan.run { index in
            let segment = segments[index]
            let edge = query.newestFirst ? segment.ends.upperBound : segment.ends.lowerBound
            // One more than the page takes says whether there is a next one.
            if found.count > room, let last = found.last,
                query.newestFirst ? edge < last.place.end : edge > last.place.end
            {
                return true
            }
            if index > 0, let deadline, ContinuousClock.now >= deadline {
                isStopped = stop(before: edge, after: position, room, found)
            }
            return isStopped
        } take: { segment, result in
            take(segment, result, room, &found)
            page.scanned += UInt64(segment.count)
        }
        guard !isStopped else { return }
        page.records += found.prefix(room).map(\.record)
        if found.count > room, room > 0 {
            let last = found[room - 1].place
            page.cursor = FlowCursor.closed(end: last.end, id: last.number, snapshot: pinned).text
        }
    }

    /// The segments that can hold what is wanted, those that come first first.
    private func candidates(after position: FlowPlaceOfRecord?) -> [any FlowSegment] {
        view.segments.filter { segment in
            guard segment.firstNumber <= pinned else { return false }
            if let position {
                guard
                    query.newestFirst
                        ? segment.ends.lowerBound <= position.end : segment.ends.upperBound >= position.end
                else { return false }
            }
            return matcher.mayMatch(segment)
        }.sorted {
            query.newestFirst ? $0.ends.upperBound > $1.ends.upperBound : $0.ends.lowerBound < $1.ends.lowerBound
        }
    }

    /// Ends the page with what is complete: nothing that comes before `edge` can still be found. `false` when the page
    /// would not be further than the one before.
    private mutating func stop(
        before edge: Int64, after position: FlowPlaceOfRecord?, _ room: Int,
        _ found: [(place: FlowPlaceOfRecord, record: FlowRecord)]
    ) -> Bool {
        guard edge > .min, edge < .max else { return false }
        let frontier =
            query.newestFirst
            ? FlowPlaceOfRecord(end: edge + 1, number: 0) : FlowPlaceOfRecord(end: edge - 1, number: .max)
        if let position, !query.comesBefore(position, frontier) { return false }
        let complete = found.prefix(room).filter { !query.comesBefore(frontier, $0.place) }
        page.records += complete.map(\.record)
        let isCut = complete.count == room
        let last = isCut ? complete.last?.place ?? frontier : frontier
        page.cursor = FlowCursor.closed(end: max(0, last.end), id: last.number, snapshot: pinned).text
        return true
    }

    /// Puts the segment's matching records among those found, and keeps one more than the page takes.
    private mutating func take(
        _ segment: any FlowSegment, _ result: Result<FlowFoundRows, FlowLogError>, _ room: Int,
        _ found: inout [(place: FlowPlaceOfRecord, record: FlowRecord)]
    ) {
        do throws(FlowLogError) {
            var rows = try result.get()
            if found.count > room, let bound = found.last?.place {
                rows.places.removeAll { !query.comesBefore($0.place, bound) }
            }
            guard !rows.places.isEmpty else { return }
            rows.places.sort { query.comesBefore($0.place, $1.place) }
            rows.places.removeLast(max(0, rows.places.count - room - 1))
            try rows.reading.need(.all)
            found += rows.places.map { ($0.place, rows.reading.block.record(at: $0.row)) }
            found.sort { query.comesBefore($0.place, $1.place) }
            if found.count > room + 1 { found.removeLast(found.count - room - 1) }
        } catch { page.damaged.append("\(segment.name): \(error)") }
    }
}
