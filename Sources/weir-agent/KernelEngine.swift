import DataPlane
import Glibc

/// Opens the kernel data plane over the agent's pin directory.
enum KernelEngine {
    /// Throws the reason, in words, why the kernel data plane cannot run here.
    static func open(_ directory: AgentDirectory) throws -> any DataPlaneEngine {
        throw AgentError.noDataPlane("not part of this build")
    }

    /// Detaches everything an agent left in the kernel. Nothing happens when there is nothing.
    static func takeDown(_ directory: AgentDirectory) throws {}
}
