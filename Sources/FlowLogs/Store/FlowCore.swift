/// What the writer changes: the state and the journal that it follows from.
struct FlowCore {
    var state: FlowState
    var journal: JournalFile
    var generation: Int64
    /// When the first records of the generation closed (Unix seconds).
    var firstClosedAt: Int64?
    var records = 0
    /// Something in the journal cannot be read.
    var isDamaged = false
    /// Closed, written, but not yet surely on the disk.
    var unpublished: [CloseFrame] = []
    /// Ends of the windows in them that have records (Unix seconds).
    var unpublishedEnds: [Int64] = []
}

/// What readers see.
struct FlowPublished {
    /// Records of one generation that are in its journal alone.
    struct Unsealed {
        var generation: Int64
        var segments: [MemorySegment]
        /// Nothing is added any more: the next generation has begun.
        var isComplete: Bool
        var damage: [FlowDamage]
    }

    /// Oldest first.
    var files: [SealedFile]
    var unsealed: [Unsealed]
    var newest: Int64
    var deletedThrough: [String: Int64]

    var unsealedRecords: Int { unsealed.reduce(0) { $0 + $1.segments.reduce(0) { $0 + $1.count } } }

    func view(_ catalogue: FlowCatalogue) -> FlowView {
        var segments: [any FlowSegment] = []
        for file in files {
            if let lost = file.lost { segments.append(lost) }
            segments.append(contentsOf: file.segments as [any FlowSegment])
        }
        for generation in unsealed { segments.append(contentsOf: generation.segments as [any FlowSegment]) }
        var view = FlowView(segments: segments, newest: newest, deletedThrough: deletedThrough)
        // Sums do not stand for a file that is lost, nor for one among whose numbers another is.
        let lost = files.lazy.filter { $0.info.damage != nil }.map(\.info.firstRecord)
        view.summaries = files.compactMap { file in
            let summary = SealedSummary(catalogue: catalogue, info: file.info)
            return file.info.damage != nil || lost.contains { summary.numbers.contains($0) } ? nil : summary
        }
        return view
    }
}

/// What waits for the writer.
struct FlowPending {
    enum Job: Sendable {
        case batch(BatchJob)
        case run(@Sendable () -> Void)
    }

    /// Bytes of batches that wait at most; what goes beyond is refused and comes again.
    static let maximumBytes = 128 << 20

    var jobs: [Job] = []
    var bytes = 0
    var isScheduled = false
}

/// A batch on its way into the journal.
struct BatchJob: Sendable {
    var batch: FlowBatch
    var slices: [UInt8]
    var logs: [String: FlowLogSettings]
    var now: Int64
    var finish: @Sendable (Result<UInt64, FlowLogError>) -> Void
}

extension FlowState {
    var statistics: FlowStatistics {
        var statistics = FlowStatistics()
        statistics.batches = counters.batches
        statistics.entries = counters.entries
        statistics.unclaimedSlices = counters.unclaimedSlices
        statistics.unclaimedPackets = counters.unclaimedPackets
        statistics.unclaimedBytes = counters.unclaimedBytes
        statistics.missingBatches = counters.missingBatches - min(counters.missingBatches, counters.foundBatches)
        statistics.replacedSpools = counters.replacedSpools
        statistics.crowdedPackets = counters.crowdedPackets
        statistics.openWindows = UInt64(windows.count)
        statistics.openFlows = UInt64(clamping: openFlows)
        return statistics
    }
}
