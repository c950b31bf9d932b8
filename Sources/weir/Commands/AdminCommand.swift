import ArgumentParser
import CloudAPI

/// `weir admin`: what only an operator does.
struct AdminCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admin", abstract: "Operate the server: accounts, keys, policies, audit, reset, freeze.",
        discussion: """
            Every command is a signed call of service weir: it works against any server this machine has a key for \
            (VOLCENGINE_ACCESS_KEY and VOLCENGINE_SECRET_KEY, else the root key in the server's data directory).
            """,
        subcommands: [
            AccountCommand.self, KeyCommand.self, PolicyCommand.self, AuditCommand.self, ResetCommand.self,
            Freeze.self, Unfreeze.self, APICoverageCommand.self, MetricsReferenceCommand.self,
        ])

    struct Freeze: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "freeze", abstract: "Freeze a CLB, a mirror session or a flow log, as an unpaid bill would.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var resource: Resource
        func run() throws { try resource.set("FinancialLocked", connection) }
    }

    struct Unfreeze: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "unfreeze", abstract: "Free it again.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var resource: Resource
        func run() throws { try resource.set("Normal", connection) }
    }

    struct Resource: ParsableArguments {
        @Argument(help: "ID of the resource.") var id: String
        @Option(help: "The account that has it; the operator's own by default.") var account: String?

        func set(_ status: String, _ connection: ConnectionOptions) throws {
            var body = ["ResourceId": id, "BusinessStatus": status]
            body["AccountId"] = account
            let _: EmptyResult = try connection.client().call("SetBusinessStatus", body: body)
        }
    }
}
