public import Model
import Synchronization

/// The newest ledgers each host sent, in memory: agents send them every second, the kernel keeps the truth.
public final class LedgerBook: Sendable {
    private let pages = Mutex<[String: (at: Int64, ledgers: [SessionLedger])]>([:])

    public init() {}

    public func put(_ ledgers: [SessionLedger], host: String, at: Int64) {
        pages.withLock { $0[host] = (at, ledgers) }
    }

    /// The ledgers of one session, by host, with the time they were sent (Unix milliseconds).
    public func ledgers(session: String) -> [(host: String, at: Int64, ledger: SessionLedger)] {
        pages.withLock { pages in
            pages.sorted { $0.key < $1.key }.flatMap { host, page in
                page.ledgers.filter { $0.sessionID == session }.map { (host, page.at, $0) }
            }
        }
    }
}
