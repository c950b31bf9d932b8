import DataPlane
import Glibc
import Model

/// The kernel data plane over the agent's pin directory.
final class KernelEngine: DataPlaneEngine {
    private let kernel: KernelDataPlane

    private init(_ kernel: KernelDataPlane) { self.kernel = kernel }

    /// Takes over what a predecessor left. Throws the reason, in words, why the kernel data plane cannot run here.
    static func open(_ directory: AgentDirectory) throws -> any DataPlaneEngine {
        if let why = KernelDataPlane.problem() { throw AgentError.noDataPlane(why) }
        return KernelEngine(try KernelDataPlane(pinDirectory: directory.pins))
    }

    /// Detaches everything an agent left in the kernel. Nothing happens when there is nothing.
    static func takeDown(_ directory: AgentDirectory) throws {
        guard try PinDirectory.isMounted(directory.pins) else { return }
        try KernelDataPlane(pinDirectory: directory.pins).detachAll()
    }

    func apply(_ state: DesiredState, spool: any SliceSpool) -> [HostAcknowledgement.Failure] {
        kernel.apply(state, spool: spool)
    }
    func refresh() -> Bool { kernel.refresh() }
    func drain(spool: any SliceSpool) throws { _ = try kernel.drain(spool: spool) }
    func ledgers() throws -> [SessionLedger] { try kernel.ledgers() }
    func detachAll() { kernel.detachAll() }
}
