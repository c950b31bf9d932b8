import Model
import Synchronization

/// Counts the calls of the API: by action and HTTP status, and how long they took by what kind of call it was.
public final class CallMeter: Sendable {
    /// What may be expected of the time a call takes.
    enum Kind: String, CaseIterable, Sendable {
        /// Calls that only read,
        case read
        /// that look through flow records,
        case query
        /// that change something,
        case write
        /// of agents,
        case agent
        /// and that wait for something to happen: as long as the caller likes.
        case wait

        init(service: String, action: String, isMutating: Bool) {
            if service == "weir", Self.waitingActions.contains(action) {
                self = .wait
            } else if service == "weir", AccessRole.agentActions.contains(action) {
                self = .agent
            } else if service == "weir", action.hasSuffix("FlowRecords") {
                self = .query
            } else {
                self = isMutating ? .write : .read
            }
        }

        private static let waitingActions: Set<String> = [
            "PullState", "PullProbes", "TailFlowRecords", "VerifyMirrorSession",
        ]
    }

    struct Key: Hashable, Sendable {
        var service: String
        var action: String
        var status: Int
    }

    private let calls = Mutex<[Key: UInt64]>([:])
    private let durations = Kind.allCases.map { _ in DurationHistogram() }

    /// `action`: `nil` when no known action was asked for, or the caller is not known.
    func add(_ action: AnyAction?, status: Int, _ duration: Duration) {
        let key = Key(service: action?.service ?? "other", action: action?.name ?? "other", status: status)
        calls.withLock { $0[key, default: 0] &+= 1 }
        guard let action else { return }
        for (kind, histogram) in zip(Kind.allCases, durations) where kind == action.kind { histogram.add(duration) }
    }

    /// Calls answered so far.
    public var count: UInt64 { calls.withLock { $0.values.reduce(0, &+) } }

    func report(to page: inout MetricsPage) {
        let calls = calls.withLock { $0 }.sorted {
            ($0.key.service, $0.key.action, $0.key.status) < ($1.key.service, $1.key.action, $1.key.status)
        }
        for (key, count) in calls { page.add(.apiCalls, count, key.service, key.action, String(key.status)) }
        for (kind, histogram) in zip(Kind.allCases, durations) {
            page.add(.apiDuration, histogram.contents, kind.rawValue)
        }
    }
}
