import Synchronization

/// Counts the rounds of the server's loops.
public final class RoundMeter: Sendable {
    /// The loops that make intent true or keep the server in order.
    public enum Loop: String, CaseIterable, Sendable {
        /// Ends transitional statuses.
        case settler
        /// Closes flow windows whose time has come.
        case flowWindows = "flow_windows"
        /// Deletes flow records that are past their keeping.
        case flowRetention = "flow_retention"
        /// Warns of mirrored packets that are cut.
        case mtuWatch = "mtu_watch"
    }

    struct Rounds: Sendable, Equatable {
        var done: UInt64 = 0
        var failed: UInt64 = 0
        /// Things it changed: resources that moved, windows closed, records deleted.
        var changes: UInt64 = 0
        var seconds = 0.0
        /// Unix milliseconds of the end of the last round that succeeded; 0 for none.
        var succeededAt: Int64 = 0
    }

    private let rounds = Mutex<[Loop: Rounds]>([:])

    /// Counts one round. `changes`: how much it changed; `nil` when it failed. `at`: its end, Unix milliseconds.
    func add(_ loop: Loop, changes: Int?, took duration: Duration, at now: Int64) {
        rounds.withLock { rounds in
            var round = rounds[loop] ?? Rounds()
            round.seconds += duration.inSeconds
            if let changes {
                round.done &+= 1
                round.changes &+= UInt64(clamping: changes)
                round.succeededAt = now
            } else {
                round.failed &+= 1
            }
            rounds[loop] = round
        }
    }

    func report(to page: inout MetricsPage) {
        let rounds = rounds.withLock { $0 }
        for loop in Loop.allCases {
            let round = rounds[loop] ?? Rounds()
            page.add(.rounds, round.done, loop.rawValue, "ok")
            page.add(.rounds, round.failed, loop.rawValue, "failed")
            page.add(.roundChanges, round.changes, loop.rawValue)
            page.add(.roundSeconds, seconds: round.seconds, loop.rawValue)
            if round.succeededAt > 0 {
                page.add(.roundSucceeded, seconds: Double(round.succeededAt) / 1000, loop.rawValue)
            }
        }
    }
}
