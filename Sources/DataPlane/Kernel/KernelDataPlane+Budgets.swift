import CDataPlane
import Model

/// Budgets: what a session, and all sessions of the host together, may send.
extension KernelDataPlane {
    /// Sets the budget of a session's index, or of the host at `WEIR_SESSIONS`. A changed one starts without the debts
    /// of the old.
    func setBudget(_ budget: MirrorBudget?, at index: UInt32) throws(KernelError) {
        let wanted = weir_budget(
            packets: Self.limit(budget?.packetsPerSecond), bits: Self.limit(budget?.bitsPerSecond))
        let installed = try maps.budgets.value(index, empty: weir_budget()) ?? weir_budget()
        guard installed.packets != wanted.packets || installed.bits != wanted.bits else { return }
        try maps.budgets.set(index, wanted)
        try maps.buckets.set(index, weir_bucket())
    }

    /// A rate as the programs compute with it: the ticks of one unit, scaled so that the error is far below 1 %.
    static func limit(_ perSecond: UInt64?) -> UInt64 {
        guard let perSecond else { return 0 }
        guard perSecond > 0 else { return UInt64.max }
        let ticks = UInt64(WEIR_TICKS) * 1_000_000_000
        // The program multiplies with up to 24 bits of units.
        var shift: UInt64 = 29
        while shift > 0, (ticks << shift) / perSecond >= 1 << 40 { shift -= 1 }
        return shift << 48 | (ticks << shift) / perSecond
    }
}
