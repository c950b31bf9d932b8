import Model
import Synchronization

/// What the hosts counted since the server began to listen to them, each host's sessions and devices together.
///
/// The ledgers count for each session and device since it is there; their sum would fall whenever one goes. So what is
/// summed here is how much each one grew. What a host told first counts from there on: it grew before this server was
/// started.
final class HostTotals: Sendable {
    struct Totals: Sendable, Equatable {
        var matchedPackets: UInt64 = 0
        var matchedBytes: UInt64 = 0
        var mirroredPackets: UInt64 = 0
        var mirroredBytes: UInt64 = 0
        var truncatedByLength: UInt64 = 0
        var truncatedByMTU: UInt64 = 0
        /// By ``reason(_:)``.
        var dropped: [String: UInt64] = [:]
        var targetRefused: UInt64 = 0
        var lateDrops: UInt64 = 0
        var unattributedDrops: UInt64 = 0
        var unparsedPackets: UInt64 = 0
        var unattachedMilliseconds: UInt64 = 0
    }

    private struct Book: Sendable {
        var totals = Totals()
        var sessions: [String: SessionLedger] = [:]
        var devices: [String: DeviceLedger] = [:]
    }

    private let books = Mutex<[String: Book]>([:])

    func add(_ ledger: HostLedger, host: String) {
        books.withLock { books in
            let isFirst = books[host] == nil
            var book = books[host] ?? Book()
            var sessions: [String: SessionLedger] = [:]
            for session in ledger.sessions {
                let old = book.sessions[session.sessionID]
                sessions[session.sessionID] = session.keepingHighest(of: old)
                if !isFirst { book.totals.add(session, since: old) }
            }
            var devices: [String: DeviceLedger] = [:]
            for device in ledger.devices {
                devices[device.networkInterfaceID] = device
                if !isFirst { book.totals.add(device, since: book.devices[device.networkInterfaceID]) }
            }
            book.sessions = sessions
            book.devices = devices
            books[host] = book
        }
    }

    /// Of one host; zeros for one that was not heard.
    func totals(host: String) -> Totals { books.withLock { $0[host]?.totals } ?? Totals() }

    /// Forgets all hosts but these.
    func keep(_ hosts: Set<String>) { books.withLock { books in books = books.filter { hosts.contains($0.key) } } }

    /// The reasons of ``SessionLedger/dropped``; the kernel's own names, of which there are many, are `other`.
    static let reasons = [
        "no_neighbour", "no_route", "queue_full", "mtu", "target_down", "budget", "unnamed", "unaccounted", "other",
    ]

    static func reason(_ name: String) -> String { reasons.contains(name) ? name : "other" }
}

extension HostTotals.Totals {
    fileprivate mutating func add(_ new: SessionLedger, since old: SessionLedger?) {
        // A session that was installed anew counts from zero.
        let old = old?.countsSince == new.countsSince ? old : nil
        func grown(_ path: KeyPath<SessionLedger, UInt64>) -> UInt64 {
            Self.growth(new[keyPath: path], since: old?[keyPath: path])
        }
        matchedPackets &+= grown(\.matchedPackets)
        matchedBytes &+= grown(\.matchedBytes)
        mirroredPackets &+= grown(\.mirroredPackets)
        mirroredBytes &+= grown(\.mirroredBytes)
        truncatedByLength &+= grown(\.truncatedByLengthPackets)
        truncatedByMTU &+= grown(\.truncatedByMTUPackets)
        targetRefused &+= grown(\.targetRefusedPackets)
        for (name, count) in new.dropped {
            dropped[HostTotals.reason(name), default: 0] &+= Self.growth(count, since: old?.dropped[name])
        }
    }

    fileprivate mutating func add(_ new: DeviceLedger, since old: DeviceLedger?) {
        lateDrops &+= Self.growth(new.lateDrops, since: old?.lateDrops)
        unattributedDrops &+= Self.growth(new.unattributedDrops, since: old?.unattributedDrops)
        unparsedPackets &+= Self.growth(new.unparsedPackets, since: old?.unparsedPackets)
        unattachedMilliseconds &+= Self.growth(new.unattachedMilliseconds, since: old?.unattachedMilliseconds)
    }

    /// A count that is smaller than it was has not grown.
    private static func growth(_ new: UInt64, since old: UInt64?) -> UInt64 {
        guard let old else { return new }
        return new >= old ? new - old : 0
    }
}

extension SessionLedger {
    /// Copies on their way count as mirrored until they are lost after all: that count may fall for a while, and what
    /// it regains is nothing new.
    fileprivate func keepingHighest(of old: SessionLedger?) -> SessionLedger {
        var kept = self
        guard let old, old.countsSince == countsSince else { return kept }
        kept.mirroredPackets = max(mirroredPackets, old.mirroredPackets)
        kept.mirroredBytes = max(mirroredBytes, old.mirroredBytes)
        return kept
    }
}
