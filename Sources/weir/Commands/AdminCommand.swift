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
            Freeze.self, Unfreeze.self, APICoverageCommand.self,
        ])

    struct Freeze: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "freeze", abstract: "Freeze a CLB, a mirror session or a flow log, as an unpaid bill would.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "ID of the resource.") var id: String
        func run() throws { try set("FinancialLocked", id, connection) }
    }

    struct Unfreeze: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "unfreeze", abstract: "Free it again.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "ID of the resource.") var id: String
        func run() throws { try set("Normal", id, connection) }
    }
}

extension ParsableCommand {
    fileprivate func set(_ status: String, _ id: String, _ connection: ConnectionOptions) throws {
        let _: EmptyResult = try connection.client().call(
            "SetBusinessStatus", body: ["ResourceId": id, "BusinessStatus": status])
    }
}
