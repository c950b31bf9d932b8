import ArgumentParser
import CloudAPI
import ControlPlane

/// `weir admin key`: access keys.
struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Make, list, rotate, disable and remove access keys.",
        discussion: """
            A user key may do what its policies allow, and without any nothing. A root key may do everything in its \
            account. A session is a temporary key with a token: it may do what the key it is made with may, or less, \
            for a while. For example:

              weir admin key create --name ci --policy mirror-only
              weir admin key rotate AKLT... --overlap 60
              eval "$(weir admin key session --minutes 15 --export)"
            """,
        subcommands: [
            Create.self, List.self, Rotate.self, Session.self, Policies.self, Disable.self, Enable.self, Remove.self,
        ])

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Make a key and print it; the secret is shown this once.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var options: AccountOptions
        @Option(help: "What it is called.") var name: String?
        @Option(help: "A policy it carries (see weir admin policy); may be given more than once.")
        var policy: [String] = []
        @Flag(help: "Make a root key, which may do everything in its account.") var root = false
        @Option(help: "Minutes after which it ends (default: never).") var minutes: Int?

        struct Body: Encodable {
            let AccessKeyName: String?
            let Policies: [String]?
            let Root: Bool
            let ValidMinutes: Int?
            let AccountId: String?
        }

        func run() throws {
            let answer: NewAccessKey = try connection.client().call(
                "CreateAccessKey",
                body: Body(
                    AccessKeyName: name, Policies: policy.isEmpty ? nil : policy, Root: root, ValidMinutes: minutes,
                    AccountId: options.account))
            try answer.show(options.json)
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "List the keys of an account, never their secrets.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var options: AccountOptions

        func run() throws {
            let answer: AccessKeyList = try connection.client().call(
                "DescribeAccessKeys", body: AccountBody(options.account))
            if options.json { return try printJSON(answer) }
            for key in answer.AccessKeys {
                let end = key.ExpiresAt.isEmpty ? "" : "  until \(key.ExpiresAt)"
                let carried = key.Policies.isEmpty ? "" : "  policies \(key.Policies.joined(separator: ", "))"
                let parent = key.ParentId.isEmpty ? "" : "  of \(key.ParentId)"
                let name = key.AccessKeyName.isEmpty ? "" : "  \(key.AccessKeyName)"
                print("\(key.AccessKeyId)  \(key.Role)  \(key.Status)\(name)\(carried)\(parent)\(end)")
            }
        }
    }

    struct Rotate: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rotate", abstract: "Follow a key by another that may do the same; the old one ends soon.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var options: AccountOptions
        @Option(help: "Minutes the old key goes on, 0 to 43200.") var overlap = 1440
        @Argument(help: "The access key's ID.") var id: String

        struct Body: Encodable {
            let AccessKeyId: String
            let OverlapMinutes: Int
            let AccountId: String?
        }

        func run() throws {
            let answer: NewAccessKey = try connection.client().call(
                "RotateAccessKey", body: Body(AccessKeyId: id, OverlapMinutes: overlap, AccountId: options.account))
            try answer.show(options.json)
        }
    }

    struct Session: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "session", abstract: "Make a temporary key with a session token.",
            discussion: """
                It may do what the calling key may, as far as --policy-file allows it too, until it ends or that key \
                does. Every call with it carries the token (X-Security-Token), which the official SDKs send by \
                themselves when they are given it.
                """)
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "Minutes it is good for, 1 to 720.") var minutes = 60
        @Option(help: "A policy (JSON; - is standard input) that narrows it further.") var policyFile: String?
        @Option(help: "What it is called.") var name: String?
        @Flag(help: "Print lines for the shell: eval \"$(weir admin key session --export)\".") var export = false
        @Flag(help: "Print JSON.") var json = false

        struct Body: Encodable {
            let DurationSeconds: Int
            let PolicyDocument: String?
            let AccessKeyName: String?
        }

        func validate() throws {
            guard (1...720).contains(minutes) else { throw ValidationError("--minutes is from 1 to 720") }
        }

        func run() throws {
            let answer: NewAccessKey = try connection.client().call(
                "CreateTemporaryKey",
                body: Body(
                    DurationSeconds: minutes * 60, PolicyDocument: try policyFile.map(policyText),
                    AccessKeyName: name))
            if export { return answer.showExports() }
            try answer.show(json)
        }
    }

    struct Policies: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "policies", abstract: "Give a user key these policies instead of those it has.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "Account the key is of, for keys of the root account.") var account: String?
        @Argument(help: "The access key's ID.") var id: String
        @Argument(help: "Names of policies.") var policies: [String]

        func run() throws {
            let _: EmptyResult = try connection.client().call(
                "UpdateAccessKey", body: UpdateBody(AccessKeyId: id, Policies: policies, AccountId: account))
        }
    }

    struct Disable: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "disable", abstract: "Refuse a key, and the temporary keys made with it, until it is enabled.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "Account the key is of, for keys of the root account.") var account: String?
        @Argument(help: "The access key's ID.") var id: String

        func run() throws {
            let _: EmptyResult = try connection.client().call(
                "UpdateAccessKey", body: UpdateBody(AccessKeyId: id, Status: "Disabled", AccountId: account))
        }
    }

    struct Enable: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "enable", abstract: "Take a disabled key again.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "Account the key is of, for keys of the root account.") var account: String?
        @Argument(help: "The access key's ID.") var id: String

        func run() throws {
            let _: EmptyResult = try connection.client().call(
                "UpdateAccessKey", body: UpdateBody(AccessKeyId: id, Status: "Enabled", AccountId: account))
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rm", abstract: "Remove a key, and the temporary keys made with it.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "Account the key is of, for keys of the root account.") var account: String?
        @Argument(help: "The access key's ID.") var id: String

        func run() throws {
            let _: EmptyResult = try connection.client().call(
                "DeleteAccessKey", body: UpdateBody(AccessKeyId: id, AccountId: account))
        }
    }

    private struct UpdateBody: Encodable {
        let AccessKeyId: String
        var Status: String?
        var Policies: [String]?
        let AccountId: String?
    }
}

/// A body that names an account at most.
struct AccountBody: Encodable {
    let AccountId: String?
    init(_ id: String?) { AccountId = id }
}
