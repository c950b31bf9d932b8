import ArgumentParser
import DataPlane
import Glibc

/// `weir-agent status`: what the running agent does, and what does not come true.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what the agent on this host does. Ends with 1 when none runs.")

    @OptionGroup var options: AgentOptions

    @Flag(help: "One JSON object.")
    var json = false

    func run() throws {
        let directory = options.directory
        do {
            // The lock is free: nobody works on the directory, whatever an old status file says.
            _ = try directory.lock()
            let identity = try AgentIdentity.load(directory.identity)
            print(
                "no agent is running on \(directory.state)\(identity.map { ", host \($0.hostID)" } ?? ", not joined")")
            throw ExitCode(1)
        } catch AgentError.busy {
            let status = try AgentStatus.read(directory.status)
            print(json ? status.json : status.text)
        }
    }
}
