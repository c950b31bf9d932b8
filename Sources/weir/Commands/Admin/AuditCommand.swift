import ArgumentParser
import CloudAPI
import ControlPlane

/// `weir admin audit`.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "List what was changed and what was denied, newest first.",
        discussion: """
            One line a call: when, by which key, which action, how it ended (OK or the error's code), and the IDs it \
            named and made. Never arguments, never secrets. For example:

              weir admin audit --resource tms-...
              weir admin audit --outcome AccessDenied --limit 20
            """)
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var options: AccountOptions
    @Option(help: "Only calls with this access key.") var key: String?
    @Option(help: "Only this action, e.g. DeleteVpc.") var action: String?
    @Option(help: "Only calls that ended so: OK, or an error's code.") var outcome: String?
    @Option(help: "Only calls that named or made this ID.") var resource: String?
    @Option(help: "Only calls since then, Unix seconds.") var since: Int?
    @Option(help: "How many, 1 to 1000.") var limit = 50

    struct Body: Encodable {
        let AccessKeyId: String?
        let ActionName: String?
        let Outcome: String?
        let ResourceId: String?
        let Since: Int?
        let MaxResults: Int
        let AccountId: String?
    }

    func run() throws {
        let answer: AuditList = try connection.client().call(
            "DescribeAudit",
            body: Body(
                AccessKeyId: key, ActionName: action, Outcome: outcome, ResourceId: resource, Since: since,
                MaxResults: limit, AccountId: options.account))
        if options.json { return try printJSON(answer) }
        for entry in answer.Entries {
            print(
                "\(entry.At)  \(entry.AccessKeyId)  \(entry.Region)  \(entry.Action)  \(entry.Outcome)"
                    + (entry.Resources.isEmpty ? "" : "  " + entry.Resources.joined(separator: " ")))
        }
    }
}
