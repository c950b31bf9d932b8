import GRDB

/// Which files there are, as the catalogue's rows say it. A row may hold numbers that cannot be: nothing is reckoned
/// with them, and what they stood for is named wherever it would have been read.
extension FlowCatalogue {
    struct File: Sendable, Equatable {
        var generation: Int64
        var firstRecord: Int64
        var records: Int64
        var bytes: Int64
        /// Empty when the file is lost.
        var rowGroups: [RowGroup]
        var ends: ClosedRange<Int64>
        /// Why its records cannot be found: what is wrong with its rows. Its numbers are then a guess by its neighbours.
        var damage: String?
    }

    struct RowGroup: Sendable, Equatable {
        var records: Int
        var ends: ClosedRange<Int64>
    }

    struct Listing {
        /// Oldest first, also those that are lost; without those that are to be removed. Their numbers rise.
        var files: [File] = []
        /// Number of the newest record that was ever sealed; 0 when there was none.
        var newestRecord: Int64 = 0
        /// Newest generation that was ever sealed; 0 when there was none.
        var newestGeneration: Int64 = 0
        /// Generations whose journal is no longer needed.
        var generations: Set<Int64> = []
        /// Number of the first record of each file that is or was removed while an older one stayed, and the number
        /// behind its last.
        var removed: [Int64: Int64] = [:]

        /// The lost files, for people.
        var damage: [FlowDamage] {
            files.compactMap { file in
                file.damage.map {
                    FlowDamage(
                        file: FlowDirectory.records(file.generation), place: "its row of the catalogue", what: $0)
                }
            }
        }
    }

    func listing() throws(FlowLogError) -> Listing {
        try read { db in
            let groups = try Self.rowGroups(db)
            let rows = try Row.fetchAll(
                db, sql: "SELECT generation, first_record, records, bytes, is_doomed FROM sealed ORDER BY generation"
            ).map { row in
                SealedRow(
                    generation: row[0] ?? 0, firstRecord: row[1] ?? -1, records: row[2] ?? -1, bytes: row[3] ?? -1,
                    isDoomed: (1...2).contains(row[4] ?? 0 as Int64))
            }
            return Self.listing(of: rows, groups)
        }
    }

    /// A row of `sealed` as it is stored.
    private struct SealedRow {
        var generation: Int64
        var firstRecord: Int64
        var records: Int64
        var bytes: Int64
        var isDoomed: Bool

        var hasRecords: Bool { firstRecord != 0 || records != 0 || bytes != 0 }
        var hasPossibleGeneration: Bool { (1..<Int64.max >> 2).contains(generation) }
        /// So that no sum over a catalogue overflows.
        var isPossible: Bool {
            hasPossibleGeneration && (1..<Int64.max >> 2).contains(firstRecord) && (1..<1 << 40).contains(records)
                && (0..<1 << 50).contains(bytes)
        }
        /// Number of the first record behind it; only for a possible row.
        var next: Int64 { firstRecord + records }
    }

    private static func listing(of rows: [SealedRow], _ groups: [Int64: [RowGroup]?]) -> Listing {
        // The next row behind each one whose numbers can be.
        var following = [Int?](repeating: nil, count: rows.count)
        var possible: Int?
        for index in rows.indices.reversed() {
            following[index] = possible
            if rows[index].isPossible { possible = index }
        }
        var listing = Listing()
        for (index, row) in rows.enumerated() {
            if row.hasPossibleGeneration { listing.newestGeneration = max(listing.newestGeneration, row.generation) }
            let own = groups[row.generation] ?? []
            if !row.hasRecords, own?.isEmpty ?? false {
                listing.generations.insert(row.generation)
                continue
            }
            let behind = following[index].map { rows[$0] }
            let next = listing.newestRecord + 1
            let holds = own.map { $0.reduce(0) { $0 + Int64($1.records) } == row.records } ?? false
            // One number that is wrong does not make those behind it wrong; a file that goes on where the one before
            // it ended is believed.
            let isInOrder =
                row.isPossible && row.firstRecord >= next
                && (row.firstRecord == next && (holds || row.isDoomed)
                    || !(behind.map { (next..<row.next).contains($0.firstRecord) } ?? false))
            if row.isDoomed {
                listing.generations.insert(row.generation)
                if isInOrder {
                    listing.newestRecord = row.next - 1
                    listing.removed[row.firstRecord] = row.next
                }
                continue
            }
            let damage: String? =
                if !row.isPossible {
                    "it has numbers that cannot be; its records are not found"
                } else if !isInOrder {
                    "its records are numbered as those of another file; they are not found"
                } else if own == nil {
                    "a row group has numbers that cannot be; its \(row.records) records are not found"
                } else {
                    holds ? nil : "its row groups are not those of its \(row.records) records; they are not found"
                }
            var file = File(
                generation: row.generation, firstRecord: row.firstRecord, records: row.records, bytes: row.bytes,
                rowGroups: [], ends: 0...FlowWindow.latestMilliseconds, damage: damage)
            if let own, damage == nil, let low = own.map(\.ends.lowerBound).min(),
                let high = own.map(\.ends.upperBound).max()
            {
                file.rowGroups = own
                file.ends = low...high
            }
            if isInOrder {
                listing.newestRecord = row.next - 1
            } else {
                // It lies between its neighbours as far as there is room, and nowhere behind the newest record.
                file.firstRecord = behind == nil ? max(1, next - 1) : next
                file.records = behind.map { max(1, min($0.firstRecord - next, 1 << 40)) } ?? 1
                file.bytes = 0
            }
            if damage == nil { listing.generations.insert(row.generation) }
            listing.files.append(file)
        }
        return listing
    }

    /// The row groups of each generation; `nil` where one cannot be.
    private static func rowGroups(_ db: Database) throws -> [Int64: [RowGroup]?] {
        var groups: [Int64: [RowGroup]?] = [:]
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT generation, records, first_end, last_end, position FROM row_group ORDER BY generation, position
                """)
        while let row = try rows.next() {
            guard let generation: Int64 = row[0] else { continue }
            guard let known = groups[generation, default: []] else { continue }
            guard let records: Int64 = row[1], let first: Int64 = row[2], let last: Int64 = row[3],
                let position: Int64 = row[4], position == known.count,
                (1...Int64(FlowBlock.maximumRecords)).contains(records), first >= 0, first <= last,
                last <= FlowWindow.latestMilliseconds
            else {
                groups[generation] = .some(nil)
                continue
            }
            groups[generation, default: []]?.append(RowGroup(records: Int(records), ends: first...last))
        }
        return groups
    }
}
