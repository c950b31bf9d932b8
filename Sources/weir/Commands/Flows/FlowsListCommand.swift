import ArgumentParser
import CloudAPI
import ControlPlane
import FlowLogs
import Glibc

/// `weir flows list`.
struct FlowsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List flow records, newest windows first.")
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var filter: FlowFilterArgument
    @Option(name: .shortAndLong, help: "How many at most.") var limit = 100
    @Flag(help: "All of them; --limit is of no account then.") var all = false
    @Flag(help: "Oldest windows first.") var oldestFirst = false
    @Flag(help: "Also what has gathered in windows that still run.") var open = false
    @Flag(exclusivity: .exclusive) var form: FlowRecordForm = .text
    @Option(
        name: .customLong("field"),
        help: FlowRecord.OptionalField.help,
        completion: .list(FlowRecord.OptionalField.allCases.map(\.rawValue)),
        transform: FlowRecord.OptionalField.read)
    var fields: [FlowRecord.OptionalField] = []

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit is at least 1") }
    }

    func run() throws {
        var left = all ? Int.max : limit
        var pages = FlowSearchPages(
            try connection.client(), try filter.read(), limit: min(left, 2000), newestFirst: !oldestFirst,
            includeOpen: open)
        if let head = form.head { print(head) }
        while left > 0, let records = try pages.next() {
            for record in records.prefix(left) { print(try form.line(record, with: fields)) }
            left -= min(left, records.count)
            fflush(nil)
        }
        if !pages.damaged.isEmpty { throw ExitCode(3) }
    }
}

/// `weir flows tail`.
struct FlowsTailCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "Follow flow records as their windows close.",
        discussion: "With since in the filter it begins with the records from then on, else with the next ones.")
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var filter: FlowFilterArgument
    @Flag(exclusivity: .exclusive) var form: FlowRecordForm = .text
    @Option(
        name: .customLong("field"),
        help: FlowRecord.OptionalField.help,
        completion: .list(FlowRecord.OptionalField.allCases.map(\.rawValue)),
        transform: FlowRecord.OptionalField.read)
    var fields: [FlowRecord.OptionalField] = []

    func run() throws {
        let client = try connection.client()
        client.timeoutSeconds = 60
        var body = try filter.read().parameters
        body["MaxResults"] = "2000"
        body["WaitSeconds"] = "20"
        var told: Set<String> = []
        if let head = form.head { print(head) }
        while true {
            let page: FlowRecordPage = try client.call("TailFlowRecords", body: body)
            for record in page.Records { print(try form.line(record, with: fields)) }
            for damage in page.Damaged where told.insert(damage).inserted { warn("not read: \(damage)") }
            fflush(nil)
            body["NextToken"] = page.NextToken
        }
    }
}
