import DataPlane
import Model

/// The kernel data plane as the agent drives it, from one thread.
protocol DataPlaneEngine {
    /// Makes bindings, sessions and accounting true; safe to repeat. Returns what did not come true.
    func apply(_ state: DesiredState, spool: any SliceSpool) -> [HostAcknowledgement.Failure]
    /// Follows routes, neighbours and links that changed. Returns whether the state should be applied again.
    func refresh() -> Bool
    /// Moves what was counted since the last drain into the spool.
    func drain(spool: any SliceSpool) throws
    func ledgers() throws -> [SessionLedger]
    /// Leaves the kernel as it was before the first attach.
    func detachAll()
}
