import FlowLogs
import Packet
import Synchronization

/// Times the batches that agents send and counts what became of them; what is in the store, the store counts itself.
public final class FlowMeter: Sendable {
    /// What became of a batch.
    enum Outcome: String, CaseIterable, Sendable {
        /// It is durable; also one that was so before.
        case taken
        /// It cannot be: sending it again does not help.
        case refused
        /// The store could not take it; the agent sends it again.
        case failed
    }

    private let outcomes = Mutex<[Outcome: UInt64]>([:])
    private let duration = DurationHistogram()
    private let lag = DurationHistogram()
    private let windowLag = DurationHistogram()

    /// A batch is durable. `now`: Unix milliseconds.
    func took(_ batch: FlowBatch, _ duration: Duration, at now: Int64) {
        outcomes.withLock { $0[.taken, default: 0] &+= 1 }
        self.duration.add(duration)
        guard let end = batch.slices.map(\.endMilliseconds).max() else { return }
        let late = now.subtractingReportingOverflow(end)
        lag.add(seconds: late.overflow ? 0 : Double(late.partialValue) / 1000)
    }

    /// The records of windows that ended then (Unix seconds) can be found. `now`: Unix milliseconds.
    public func shown(_ windowEnds: [Int64], at now: Int64) {
        let seconds = Double(now) / 1000
        for end in windowEnds { windowLag.add(seconds: seconds - Double(end)) }
    }

    /// A batch was not taken in.
    func left(_ error: FlowLogError) {
        let outcome: Outcome =
            switch error {
            case .invalidBatch, .invalidSettings: .refused
            default: .failed
            }
        outcomes.withLock { $0[outcome, default: 0] &+= 1 }
    }

    func report(to page: inout MetricsPage) {
        let outcomes = outcomes.withLock { $0 }
        for outcome in Outcome.allCases { page.add(.ingestCalls, outcomes[outcome] ?? 0, outcome.rawValue) }
        page.add(.ingestDuration, duration.contents)
        page.add(.ingestLag, lag.contents)
        page.add(.windowLag, windowLag.contents)
    }
}
