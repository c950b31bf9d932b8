import CDataPlane
import Glibc
import Model

/// Taking over from an agent of another layout, without a pause: the new maps are complete before the first program
/// is replaced in place, and what the old maps counted is drained before they go.
extension KernelDataPlane {
    /// Looks for pins of other layouts. A journal that can be read is gone on with: same slots, same indices.
    func findPredecessors() {
        for directory in pins.otherLayouts() {
            guard predecessor == nil, let found = Predecessor(directory: directory) else {
                strangers.append(directory)
                continue
            }
            predecessor = found
            journal.mounted = journal.mounted || found.journal.mounted
            guard journal.slots.isEmpty else { continue }
            let now = clock.read().wallMilliseconds
            journal.helpers = found.journal.helpers
            journal.qdiscs = found.journal.qdiscs
            // The gaps are in slices of its maps.
            journal.accounts = found.journal.accounts.map { account in
                var account = account
                account.gapFlags = nil
                return account
            }
            journal.slots = found.journal.slots.filter { $0.number < UInt32(WEIR_SLOTS) }.map { slot in
                var slot = slot
                slot.rules = nil
                return slot
            }
            journal.sessions = found.journal.sessions.filter { $0.index < UInt32(WEIR_SESSIONS) }.map {
                var session = KernelJournal.Session(
                    index: $0.index, sessionID: $0.sessionID, networkInterfaceID: $0.networkInterfaceID)
                session.installedAt = now
                return session
            }
        }
    }

    /// Replaces the predecessor's programs one by one, each between two packets, and lets it go when what it counted
    /// is durable. When something fails the next `apply` goes on.
    func takeOver(_ round: inout Round, _ spool: any SliceSpool) {
        do {
            try replaceAllPrograms()
            try takeOverDrops()
            try waitForPrograms()
            try drainPredecessor(spool)
            note("took over from another layout")
            journal.programs = build
            try keepJournal()
        } catch {
            for binding in round.state.bindings { round.fail(binding.networkInterfaceID, "take over: \(error)") }
        }
    }

    /// Drops are seen by the old program until the new one takes its place, microseconds later.
    private func takeOverDrops() throws {
        let programs = try loadDropPrograms()
        if !link("dropped").isPinned || !link("dropped_nested").isPinned { try attachDropEntries() }
        for name in ["dropped", "dropped_nested"] { predecessor?.link(name).remove() }
        try setDropPrograms(programs)
    }

    /// Makes durable what the predecessor counted, and removes its pins. None of its programs may be attached.
    func drainPredecessor(_ spool: any SliceSpool) throws {
        guard let predecessor else { return }
        if let found = predecessor.slices(now: clock.read().wallMilliseconds) {
            for (generation, slices) in found where try !spool.contains(mapGeneration: generation) {
                try spool.append(slices, mapGeneration: generation)
            }
        } else {
            chargeUnknown(Set(predecessor.journal.slots.filter { !$0.flowLogIDs.isEmpty }.map(\.owner)))
            journal.isNew = true
        }
        PinDirectory.removeTree(predecessor.directory)
        self.predecessor = nil
    }

    /// Removes pins of which nothing is known, once this build's programs are on the devices too and count, and before
    /// they copy.
    func replaceStrangers() {
        for directory in strangers { PinDirectory.removeTree(directory) }
        strangers = []
        strangersLeftAt = milliseconds
        chargeUnknown(Set(journal.slots.map(\.owner)))
        try? attachDropped(renewing: true)
    }

    /// What was counted since the last drain cannot be read: at most one slice of each ENI.
    private func chargeUnknown(_ networkInterfaceIDs: Set<String>) {
        note(
            "the maps of another layout cannot be read: up to one slice of each interface is lost, and counted as time"
                + " without programs")
        unknownInterfaces.formUnion(networkInterfaceIDs)
    }
}
