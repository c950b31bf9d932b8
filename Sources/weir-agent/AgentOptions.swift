import ArgumentParser

/// Where an agent keeps its things; the same for every command.
struct AgentOptions: ParsableArguments {
    @Option(help: "Directory for identity, last desired state and spool.")
    var stateDir = "/var/lib/weir-agent"

    @Option(help: "Directory for the pinned kernel objects and the status file.")
    var runDir = "/run/weir"

    func validate() throws {
        for path in [stateDir, runDir] where !path.hasPrefix("/") || path.utf8.contains(0) {
            throw ValidationError("\(path) is not an absolute path")
        }
    }

    var directory: AgentDirectory { AgentDirectory(state: stateDir, run: runDir) }
}
