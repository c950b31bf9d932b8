import DataPlane
import Glibc

/// The agent's files by name.
struct AgentDirectory: Sendable {
    /// Survives reboots.
    let state: String
    /// Gone after a reboot, like the kernel objects it holds.
    let run: String

    var identity: String { "\(state)/identity.json" }
    var desiredState: String { "\(state)/desired.json" }
    /// Name of the lab that may exist.
    var lab: String { "\(state)/lab" }
    /// Namespaces outside the lab that may hold a table of the firewall.
    var firewall: String { "\(state)/firewall" }
    var spool: String { "\(state)/spool" }
    var pins: String { "\(run)/bpf" }
    var status: String { "\(run)/status.json" }

    /// Held as long as the process lives; at most one agent works on a state directory.
    final class Lock: Sendable {
        private let descriptor: Int32
        init(_ descriptor: Int32) { self.descriptor = descriptor }
        deinit { close(descriptor) }
    }

    /// Makes the state directory and takes its lock. Throws `AgentError.busy` when another process has it.
    func lock() throws -> Lock {
        try DurableFile.makeDirectory(state)
        let path = "\(state)/lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileError(attempt: "open \(path)", code: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw AgentError.busy(state)
        }
        return Lock(descriptor)
    }
}
