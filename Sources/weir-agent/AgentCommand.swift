import ArgumentParser

/// `weir-agent`: the host side of Weir.
@main struct AgentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weir-agent",
        abstract: "Makes a host's part of Weir true: lab, mirroring and flow accounting.",
        version: AgentVersion.text,
        subcommands: [RunCommand.self, DownCommand.self, StatusCommand.self])
}
