import ArgumentParser

/// `weir`: the server, and the command line that speaks to it.
@main
struct Weir: AsyncParsableCommand {
    static let version = "0.1.0"
    static let configuration = CommandConfiguration(
        commandName: "weir",
        abstract: "VPC traffic mirroring and flow logs for Linux, behind the Volcengine VPC OpenAPI.",
        version: version,
        subcommands: [
            ServeCommand.self, DemoCommand.self, APICommand.self, StatusCommand.self, HostCommand.self,
            InterfaceCommand.self, MirrorCommand.self, ExplainCommand.self, FlowsCommand.self, LabCommand.self,
            AdminCommand.self,
        ])
}
