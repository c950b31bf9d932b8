import ArgumentParser
import CloudAPI
import ControlPlane

/// `weir admin policy`: what user keys may do.
struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Write, list, show, test and remove policies.",
        discussion: """
            A policy is JSON. What no statement allows is denied; a statement that denies wins. Actions are \
            service:Action, resources trn:service:region:account:type/id; in both * stands for anything. Conditions \
            compare weir:ProjectName, volc:ResourceTag/<key> and volc:RequestTag/<key> by StringEquals, \
            StringNotEquals, StringLike or StringNotLike. For example, everything of VPCs in project web, and no \
            deleting of what is tagged env=prod:

              {"Statement": [
                {"Effect": "Allow", "Action": "vpc:*", "Resource": "*",
                 "Condition": {"StringEquals": {"weir:ProjectName": "web"}}},
                {"Effect": "Deny", "Action": "vpc:Delete*", "Resource": "*",
                 "Condition": {"StringEquals": {"volc:ResourceTag/env": "prod"}}}]}
            """,
        subcommands: [Put.self, List.self, Show.self, Test.self, Remove.self])

    struct Put: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "put", abstract: "Write a policy, or write it anew; keys that carry it follow at once.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "Account the policy is of, for keys of the root account.") var account: String?
        @Argument(help: "The policy's name.") var name: String
        @Argument(help: "A file with the policy (JSON; - is standard input).") var file: String

        struct Body: Encodable {
            let PolicyName: String
            let PolicyDocument: String
            let AccountId: String?
        }

        func run() throws {
            let _: EmptyResult = try connection.client().call(
                "PutAccessPolicy",
                body: Body(PolicyName: name, PolicyDocument: try policyText(file), AccountId: account))
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "List the policies and the keys that carry them.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var options: AccountOptions

        func run() throws {
            let answer: AccessPolicyList = try connection.client().call(
                "DescribeAccessPolicies", body: AccountBody(options.account))
            if options.json { return try printJSON(answer) }
            for policy in answer.Policies {
                print("\(policy.PolicyName)  \(policy.UpdatedAt)  \(policy.AccessKeyIds.joined(separator: " "))")
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "show", abstract: "Print a policy as written.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "Account the policy is of, for keys of the root account.") var account: String?
        @Argument(help: "The policy's name.") var name: String

        func run() throws {
            let answer: AccessPolicyList = try connection.client().call(
                "DescribeAccessPolicies", body: AccountBody(account))
            guard let policy = answer.Policies.first(where: { $0.PolicyName == name }) else {
                throw ValidationError("there is no policy \(name); `weir admin policy ls` lists them")
            }
            print(policy.PolicyDocument)
        }
    }

    struct Test: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "test", abstract: "Say whether a key may do something to a resource, without doing it.",
            discussion: "For example: weir admin policy test AKLT... vpc:DeleteVpc vpc-...")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var options: AccountOptions
        @Argument(help: "The access key's ID.") var key: String
        @Argument(help: "service:Action.") var action: String
        @Argument(help: "ID of a resource (default: whatever is no resource).") var resource: String?

        struct Body: Encodable {
            let AccessKeyId: String
            let ActionName: String
            let ResourceId: String?
            let AccountId: String?
        }

        func run() throws {
            let answer: AccessDecision = try connection.client().call(
                "SimulateAccess",
                body: Body(AccessKeyId: key, ActionName: action, ResourceId: resource, AccountId: options.account))
            if options.json { return try printJSON(answer) }
            print("\(answer.Allowed ? "allowed" : "denied"): \(answer.Why)")
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rm", abstract: "Remove a policy that no key carries.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "Account the policy is of, for keys of the root account.") var account: String?
        @Argument(help: "The policy's name.") var name: String

        struct Body: Encodable {
            let PolicyName: String
            let AccountId: String?
        }

        func run() throws {
            let _: EmptyResult = try connection.client().call(
                "DeleteAccessPolicy", body: Body(PolicyName: name, AccountId: account))
        }
    }
}
