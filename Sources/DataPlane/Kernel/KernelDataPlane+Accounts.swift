import CDataPlane
public import Model

/// The account of each bound device: for how long it was missing or without programs, and what was not attributed.
extension KernelDataPlane {
    /// CLOCK_BOOTTIME in milliseconds.
    var milliseconds: UInt64 { clock.read().bootNanoseconds / 1_000_000 }

    /// Looks which devices have their programs. Time without is counted from when they were last seen in place, so
    /// that it is an upper bound, and is a gap in the slice in which it lies. While no agent runs, programs that are in
    /// place count as such.
    ///
    /// `isAfterSwap`: a new slice began since the last look.
    func accountDevices(_ state: DesiredState, isAfterSwap: Bool = false) {
        let now = milliseconds
        let last = min(now, lookedAt ?? lastSign(now, isAfterSwap: isAfterSwap))
        var accounts: [KernelJournal.Account] = []
        let known = Dictionary(journal.accounts.map { ($0.networkInterfaceID, $0) }) { first, _ in first }
        let control = try? readControl()
        let active = Int((control?.phase ?? 0) & UInt64(WEIR_PHASE_ACTIVE))
        let quietGeneration = active == 0 ? control?.generation.1 : control?.generation.0
        // A slice that was closed after the last look, by this process or one that was killed, may have the gap too.
        let endsInQuiet = (isAfterSwap || lookedAt == nil) && (quietGeneration ?? 0) != 0
        // An ENI that is no longer wanted is accounted until its last slice is durable.
        let wantedIDs = state.bindings.map(\.networkInterfaceID)
        let leaving = journal.slots.filter { !$0.flowLogIDs.isEmpty }.compactMap(\.networkInterfaceID)
        for id in wantedIDs + Set(leaving).subtracting(wantedIDs).sorted() {
            let isAttached = slot(of: id).map { self.isAttached($0) } ?? false
            // An ENI that was bound just now has nothing behind it.
            var account = known[id] ?? KernelJournal.Account(networkInterfaceID: id, unattachedSince: now)
            let wasAttached = account.unattachedSince == nil
            if isAttached {
                let since = account.unattachedSince ?? (lapsed.contains(id) ? last : now)
                account.unattachedMilliseconds &+= now > since ? now - since : 0
                account.unattachedSince = nil
                if wasAttached { account.unattachedMilliseconds &+= gaps[id] ?? 0 }
            } else if wasAttached {
                account.unattachedSince = last
            }
            if let left = strangersLeftAt { account.unattachedMilliseconds &+= now &- left &+ 1 }
            if unknownInterfaces.contains(id) {
                account.unattachedMilliseconds &+= UInt64(clamping: state.sliceSeconds) &* 1000
            }
            let isWithout = account.unattachedSince != nil
            let wasWithout =
                known[id]?.unattachedSince != nil || lapsed.contains(id) || gaps[id] != nil
                || unknownInterfaces.contains(id) || strangersLeftAt != nil
            if endsInQuiet, isWithout || wasWithout { account.setGap(1 - active) }
            if isWithout || wasWithout && !isAfterSwap { account.setGap(active) }
            accounts.append(account)
        }
        lookedAt = now
        lapsed = []
        gaps = [:]
        unknownInterfaces = []
        strangersLeftAt = nil
        guard accounts != journal.accounts else { return }
        journal.accounts = accounts
        try? keepJournal()
    }

    /// When an agent last drained: it was there then. Of the slice that runs, or that was just closed.
    private func lastSign(_ now: UInt64, isAfterSwap: Bool) -> UInt64 {
        guard let control = try? readControl() else { return now }
        let isFirst = (control.phase & UInt64(WEIR_PHASE_ACTIVE) == 0) != isAfterSwap
        let start = isFirst ? control.start.0 : control.start.1
        let ago = UInt64(clamping: clock.read().wallMilliseconds &- start)
        return now - min(now, ago)
    }

    /// Packets that were freed while both programs that see drops were running on that CPU: so many drops at most, of
    /// copies or by the firewall, are in no account, since the programs were attached. Most packets that the kernel
    /// frees are neither. What one program alone was not entered for, the other saw. `nil` when it cannot be read.
    public var unseenDrops: UInt64? {
        guard let first = link("dropped").recursionMisses(), let second = link("dropped_nested").recursionMisses()
        else { return nil }
        return min(first, second)
    }

    /// The account of every ENI of the last state that was applied, in its order.
    /// - Throws: `KernelError`.
    public func deviceLedgers() throws -> [DeviceLedger] {
        let now = milliseconds
        return try journal.accounts.map { account in
            let slot = slot(of: account.networkInterfaceID)
            let since = account.unattachedSince
            var ledger = DeviceLedger(
                networkInterfaceID: account.networkInterfaceID, isAttached: since == nil,
                unattachedMilliseconds: account.unattachedMilliseconds &+ (since.map { now > $0 ? now - $0 : 0 } ?? 0))
            guard let slot else { return ledger }
            for counters in try maps.slotCounters.valuesOfCPUs(slot.number, empty: weir_slot_counters()) {
                ledger.lateDrops &+= counters.late
                ledger.unattributedDrops &+= counters.unattributed
                ledger.unparsedPackets &+= counters.unparsed
            }
            return ledger
        }
    }
}
