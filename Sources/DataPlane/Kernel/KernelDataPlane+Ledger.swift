import CDataPlane
public import Model

/// The ledger: counted at the far end, never by what a call returned.
extension KernelDataPlane {
    /// The account of every session that is installed. Whenever no copy is in flight it balances to the packet.
    /// Copies that vanish without the kernel saying so become `unaccounted` some seconds later, provided this is
    /// called each second or so.
    /// - Throws: `KernelError`.
    public func ledgers() throws -> [SessionLedger] {
        // Downstream first: what is dropped later is not missing from what was matched earlier.
        var drops: [UInt32: [(weir_drop_key, weir_drop)]] = [:]
        for key in try maps.drops.keys(empty: weir_drop_key()) {
            if let drop = try maps.drops.value(key, empty: weir_drop()) {
                drops[key.session, default: []].append((key, drop))
            }
        }
        var ledgers: [SessionLedger] = []
        for record in journal.sessions.sorted(by: { $0.sessionID < $1.sessionID }) {
            let values = try maps.sessionCounters.valuesOfCPUs(record.index, empty: weir_session_counters())
            var ledger = ledger(record, SessionCounts(values, drops[record.index] ?? []))
            for (ruleID, hit) in record.ruleHits {
                ledger.ruleHits[ruleID] = try maps.ruleHits.valuesOfCPUs(hit, empty: 0).reduce(0, &+)
            }
            ledgers.append(ledger)
        }
        return ledgers
    }

    private func ledger(_ record: KernelJournal.Session, _ counts: SessionCounts) -> SessionLedger {
        var ledger = SessionLedger(sessionID: record.sessionID, networkInterfaceID: record.networkInterfaceID)
        let now = KernelClock.boottimeNanoseconds
        settled[record.index, default: SettledCounts()].note(counts, at: now)
        let lost = settled[record.index]?.lost ?? 0
        ledger.matchedPackets = counts.matched
        ledger.matchedBytes = counts.matchedBytes
        ledger.encapsulatedPackets = counts.encapsulated
        let droppedLater = counts.sum(WEIR_STAGE_LEFT)
        ledger.mirroredPackets = counts.left > droppedLater ? counts.left - droppedLater : 0
        ledger.mirroredBytes = counts.leftBytes > counts.droppedBytes ? counts.leftBytes - counts.droppedBytes : 0
        ledger.truncatedByLengthPackets = counts.truncatedByLength
        ledger.truncatedByMTUPackets = counts.truncatedByMTU
        ledger.selfPackets = counts.own
        ledger.targetRefusedPackets = counts.targetRefused
        for stage in counts.dropped {
            for (key, count) in stage { ledger.dropped[key.map(reasons.name) ?? "unnamed", default: 0] &+= count }
        }
        for (reason, count) in counts.refused where count > 0 { ledger.dropped[reason, default: 0] &+= count }
        // What was given up for lost on a busy host may end after all.
        let known = ledger.mirroredPackets &+ ledger.droppedPackets
        let missing = min(lost, counts.matched > known ? counts.matched - known : 0)
        if missing > 0 { ledger.dropped["unaccounted", default: 0] &+= missing }
        ledger.countsSince = record.installedAt
        ledger.path = paths[record.index]
        let ended = ledger.mirroredPackets &+ ledger.droppedPackets
        ledger.inFlightPackets = counts.matched > ended ? counts.matched - ended : 0
        return ledger
    }
}
