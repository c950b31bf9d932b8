public import Model
import Synchronization

/// The newest ledgers each host sent, in memory: agents send them every second, the kernel keeps the truth.
public final class LedgerBook: Sendable {
    private let pages = Mutex<[String: (at: Int64, ledger: HostLedger)]>([:])

    public init() {}

    public func put(_ ledger: HostLedger, host: String, at: Int64) {
        pages.withLock { $0[host] = (at, ledger) }
    }

    /// The newest page of a host, with the time it was sent (Unix milliseconds); `nil` when it sent none.
    func page(host: String) -> (at: Int64, ledger: HostLedger)? { pages.withLock { $0[host] } }

    /// The sessions any host has told of.
    var sessions: [String] {
        pages.withLock { pages in Set(pages.values.flatMap { $0.ledger.sessions.map(\.sessionID) }).sorted() }
    }

    /// The ledgers of one session, by host, with the time they were sent (Unix milliseconds).
    public func ledgers(session: String) -> [(host: String, at: Int64, ledger: SessionLedger)] {
        pages.withLock { pages in
            pages.sorted { $0.key < $1.key }.flatMap { host, page in
                page.ledger.sessions.filter { $0.sessionID == session }.map { (host, page.at, $0) }
            }
        }
    }

    /// The ledgers of devices, of all or of one ENI, by host, with the time they were sent (Unix milliseconds).
    public func devices(networkInterface id: String? = nil) -> [(host: String, at: Int64, ledger: DeviceLedger)] {
        pages.withLock { pages in
            pages.sorted { $0.key < $1.key }.flatMap { host, page in
                page.ledger.devices.filter { id == nil || $0.networkInterfaceID == id }.map { (host, page.at, $0) }
            }
        }
    }
}
