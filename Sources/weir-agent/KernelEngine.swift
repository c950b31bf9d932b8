import DataPlane
import Glibc

/// Opens the kernel data plane over the agent's pin directory, and takes it down.
enum KernelEngine {
    /// Sets up the data plane or takes over what a predecessor left. Throws why it cannot run here, in words.
    /// Without `attach` by the best way the kernel has.
    static func open(_ directory: AgentDirectory, attach: KernelDataPlane.Attach?, flowCapacity: Int) throws
        -> KernelDataPlane
    {
        if let problem = KernelDataPlane.problem(attach) { throw AgentError.noDataPlane(problem) }
        // Tests make the same programs another build by it, so that they are replaced as in an upgrade.
        let build = getenv("WEIR_TEST_BUILD").flatMap { UInt64(String(cString: $0)) }
        return try KernelDataPlane(
            pinDirectory: directory.pins, attach: attach ?? KernelDataPlane.bestAttach,
            flowCapacity: flowCapacity, build: build)
    }

    /// Spools what is still counted, then detaches everything an agent left in the kernel. Nothing happens when there
    /// is nothing.
    static func takeDown(_ directory: AgentDirectory) throws {
        guard try PinMount.isMounted(directory.pins) else { return }
        let engine = try KernelDataPlane(pinDirectory: directory.pins)
        try engine.takeDown(spool: DirectorySpool(directory: directory.spool))
    }
}
