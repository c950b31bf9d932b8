import Glibc

/// Brings a directory back to what it was: reads the journals, oldest first, and finishes what a crash interrupted.
struct FlowRecoverer {
    struct Opened {
        var core: FlowCore
        var published: FlowPublished
        var recovery: FlowRecovery
    }

    private let directory: FlowDirectory
    private let catalogue: FlowCatalogue

    init(_ directory: FlowDirectory, _ catalogue: FlowCatalogue) {
        self.directory = directory
        self.catalogue = catalogue
    }

    func run() throws(FlowLogError) -> Opened {
        try tidy()
        let listing = try catalogue.listing()
        let generations = try remaining(listing)
        var replay = FlowReplay()
        replay.state.nextRecord = listing.newestRecord + 1
        var recovery = FlowRecovery(damage: listing.damage)
        var unsealed: [FlowPublished.Unsealed] = []
        var end: Int64 = 0
        var isDamaged = false
        for generation in generations {
            let name = FlowDirectory.journal(generation)
            let outcome = try replay.run(directory.file(name), name, generation)
            let isLast = generation == generations.last
            var damage = outcome.damage
            // Behind the newest journal a crash leaves a torn frame; behind an older one nothing does.
            if outcome.tornBytes > 0, !isLast {
                damage.append(
                    FlowDamage(
                        file: name, place: "the last \(outcome.tornBytes) bytes",
                        what: "not a whole frame; records that closed there may be missing"))
            }
            if isLast { recovery.tornBytes = outcome.tornBytes }
            recovery.damage += damage
            // Also when an older one is damaged: what it left is in no journal that is kept.
            isDamaged = isDamaged || !damage.isEmpty
            end = outcome.end
            unsealed.append(
                FlowPublished.Unsealed(
                    generation: generation, segments: outcome.segments, isComplete: !isLast, damage: damage))
        }
        replay.state.settleDamageLosses()
        let newestSealed = listing.newestGeneration
        if generations.isEmpty, newestSealed > 0 {
            recovery.damage.append(
                FlowDamage(
                    file: FlowDirectory.journal(newestSealed + 1), place: "",
                    what: "missing: which batches came is not known any more, and running windows are lost"))
        }
        try catalogue.add(recovery.damage, at: Int64(time(nil)))
        let journal: JournalFile
        let generation = generations.last ?? newestSealed + 1
        if generations.isEmpty {
            journal = try FlowSnapshot.write(replay.state, directory, generation: generation) { _ in }
            unsealed.append(
                FlowPublished.Unsealed(generation: generation, segments: [], isComplete: false, damage: []))
        } else {
            journal = try JournalFile.append(to: directory.file(FlowDirectory.journal(generation)), size: end)
        }
        let records = unsealed.last?.segments.reduce(0) { $0 + $1.count } ?? 0
        let core = FlowCore(
            state: replay.state, journal: journal, generation: generation,
            firstClosedAt: unsealed.last?.segments.map(\.ends.upperBound).min(), records: records,
            isDamaged: isDamaged)
        let published = FlowPublished(
            files: listing.files.map { SealedFile($0, directory) }, unsealed: unsealed,
            newest: replay.state.nextRecord - 1,
            deletedThrough: try catalogue.deletedThrough())
        return Opened(core: core, published: published, recovery: recovery)
    }

    /// Removes what was half made, and what was to be removed.
    private func tidy() throws(FlowLogError) {
        for name in try FlowDirectory.names(directory.path) where name.hasSuffix(".tmp") { try directory.remove(name) }
        let doomed = try catalogue.doomed()
        for generation in doomed { try directory.remove(FlowDirectory.records(generation)) }
        try catalogue.forget(doomed)
    }

    /// Generations whose journals are still needed. Those of sealed ones go now.
    private func remaining(_ listing: FlowCatalogue.Listing) throws(FlowLogError) -> [Int64] {
        let all = try FlowDirectory.journals(directory.path)
        let damaged = Set(try catalogue.damage().map(\.file))
        for generation in all where listing.generations.contains(generation) {
            let name = FlowDirectory.journal(generation)
            if damaged.contains(name) { try directory.setAside(name) } else { try directory.remove(name) }
        }
        return all.filter { !listing.generations.contains($0) }
    }
}

/// Follows journals, frame by frame, from one generation to the next.
struct FlowReplay {
    struct Outcome {
        var segments: [MemorySegment] = []
        var end: Int64 = 0
        var tornBytes: Int64 = 0
        var damage: [FlowDamage] = []
    }

    var state = FlowState()
    private var hasRead = false
    /// Something of the journals so far cannot be read.
    private var isDamaged = false

    init() {}

    /// - Throws: `file`.
    mutating func run(_ path: String, _ name: String, _ generation: Int64) throws(FlowLogError) -> Outcome {
        var outcome = Outcome()
        var segments: [MemorySegment] = []
        // The head replaces the state as a whole or, when it is damaged, not at all.
        // Only without a state before it a part is better than nothing.
        var head = FlowState()
        var isWhole = false
        var windows = 0
        var isReady = false
        let isFirst = !hasRead
        hasRead = true
        let newest = state.nextRecord
        let wasDamaged = isDamaged
        var current = state
        let scan = try JournalScan.run(path) { kind, payload, isAfterDamage throws(ByteReader.Malformed) in
            switch kind {
            case .ledger:
                try FlowSnapshot.restoreLedger(payload, to: &head)
                isWhole = true
            case .window:
                try FlowSnapshot.restoreWindow(payload, to: &head)
                windows += 1
            case .ready:
                var reader = ByteReader(payload)
                let expected = try reader.varint()
                isReady = isWhole && expected == UInt64(windows)
                guard isReady || isFirst else { return }
                // The head knows what was running, not what became of the rest.
                if wasDamaged { head.takeOver(current) }
                current = head
                current.nextRecord = max(head.nextRecord, newest)
            case .batch: current.apply(try BatchFrame(payload: payload), isAfterDamage: isAfterDamage)
            case .close:
                let frame = try CloseFrame(payload: payload)
                guard frame.firstRecord >= current.nextRecord || frame.blocks.isEmpty else {
                    throw ByteReader.Malformed()
                }
                current.apply(frame)
                segments += frame.segments(name)
            case .delete:
                var reader = ByteReader(payload)
                current.delete(accountID: try reader.text())
            }
        }
        state = current
        outcome.segments = segments
        outcome.end = scan.end
        outcome.tornBytes = scan.tornBytes
        outcome.damage = scan.damages.map { damage in
            FlowDamage(
                file: name, place: "bytes \(damage.range.lowerBound) to \(damage.range.upperBound - 1)",
                what: "cannot be read; a batch in it is SKIPDATA now, windows that it closed close again")
        }
        if !isReady {
            outcome.damage.append(
                FlowDamage(
                    file: name, place: "its head",
                    what: "not whole: windows that were running then, and which batches had come, may be lost"))
        }
        if let found = scan.generation, found != generation {
            outcome.damage.append(
                FlowDamage(file: name, place: "its head", what: "it is the journal of generation \(found)"))
        }
        // Only behind the newest journal a crash leaves a torn frame, and that is the last one read.
        isDamaged = isDamaged || !outcome.damage.isEmpty || outcome.tornBytes > 0
        return outcome
    }
}
