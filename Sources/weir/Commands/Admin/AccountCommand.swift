import ArgumentParser
import CloudAPI
import ControlPlane

/// `weir admin account`: accounts beside each other on one server.
struct AccountCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Make, list and remove accounts.",
        discussion: """
            What an account makes exists for no other account: it is neither listed nor found, whoever asks. Only \
            root keys of the root account may use these commands. For example:

              weir admin account create team-a
              weir admin key create --account 2100000002 --policy readers
            """,
        subcommands: [Create.self, List.self, Remove.self])

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Make an account and print its first root key.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "The account's ID, 6 to 15 digits (default: the next free one).") var id: String?
        @Flag(help: "Print JSON.") var json = false
        @Argument(help: "What it is called.") var name: String

        struct Body: Encodable {
            let AccountName: String
            let AccountId: String?
        }

        func run() throws {
            let answer: NewAccessKey = try connection.client().call(
                "CreateAccount", body: Body(AccountName: name, AccountId: id))
            try answer.show(json)
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "ls", abstract: "List the accounts.")
        @OptionGroup var connection: ConnectionOptions
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let answer: AccountList = try connection.client().call("DescribeAccounts", body: NoBody())
            if json { return try printJSON(answer) }
            for account in answer.Accounts {
                print("\(account.AccountId)  \(account.AccountName)  \(account.CreatedAt)")
            }
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rm", abstract: "Remove an account with its resources, policies and keys; its audit stays.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The account's ID.") var id: String

        func run() throws {
            let _: EmptyResult = try connection.client().call("DeleteAccount", body: ["AccountId": id])
        }
    }
}
