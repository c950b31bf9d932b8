/// Where a record stands among the pages of a search.
struct FlowPlaceOfRecord: Comparable {
    /// Of its window, Unix seconds.
    var end: Int64
    var number: Int64

    static func < (left: Self, right: Self) -> Bool { (left.end, left.number) < (right.end, right.number) }
}

/// The records of a segment that a page may take, of which no more is read than it takes to know them.
struct FlowFoundRows: Sendable {
    var places: [(place: FlowPlaceOfRecord, row: Int)] = []
    var reading: FlowReading

    /// `position`: where the page before ended. `newest`: number of the newest record that the search shows.
    /// - Throws: as `FlowSegment.read`.
    init(
        _ segment: any FlowSegment, _ matcher: FlowMatcher, _ query: FlowQuery, after position: FlowPlaceOfRecord?,
        through newest: Int64
    ) throws(FlowLogError) {
        reading = FlowReading(segment)
        let mask = try matcher.rows(of: &reading)
        guard mask.hasRows else { return }
        try reading.need(.end)
        for row in mask.indices(segment.count) {
            let place = FlowPlaceOfRecord(end: reading.block.end[row], number: segment.firstNumber + Int64(row))
            guard place.number <= newest else { break }
            if let position, !query.comesBefore(position, place) { continue }
            places.append((place, row))
        }
    }
}

extension FlowQuery {
    /// Whether the first comes before the second in the order of the pages.
    func comesBefore(_ left: FlowPlaceOfRecord, _ right: FlowPlaceOfRecord) -> Bool {
        newestFirst ? left > right : left < right
    }
}
