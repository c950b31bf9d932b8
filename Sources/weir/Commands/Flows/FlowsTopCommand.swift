import ArgumentParser
import CloudAPI
import ControlPlane
import FlowLogs

/// `weir flows top`.
struct FlowsTopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top", abstract: "The largest groups of traffic: talkers, ports, ENIs, what is refused most.",
        discussion: """
            For example, who sent most, what was refused most, and what the busiest minutes were:

              weir flows top since 1h
              weir flows top --by dst,dport --order records action reject since 1d
              weir flows top --by time --every 1m since 1h
            """)
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var filter: FlowFilterArgument
    @Option(
        help: """
            Fields that make a group, between commas: src, dst, sport, dport, proto, direction, action, status, \
            flow-log, eni, vpc, subnet, vm, time.
            """,
        completion: .list(FlowGrouping.Key.allCases.map(\.word)))
    var by = "src"
    @Option(
        help: "What is large: bytes, packets or records.",
        completion: .list(FlowGrouping.Order.allCases.map(\.rawValue)))
    var order = "bytes"
    @Option(name: .shortAndLong, help: "How many groups.") var limit = 10
    @Option(help: "Length of the buckets of time: 30s, 1m, 1h, 1d.") var every = "1m"
    @Flag(help: "Also what has gathered in windows that still run.") var open = false
    @Flag(exclusivity: .exclusive) var form: FlowTableForm = .text

    func validate() throws {
        for word in words where FlowGrouping.Key(word: word) == nil {
            let known = FlowGrouping.Key.allCases.map(\.word).joined(separator: ", ")
            throw ValidationError("--by: \(word) is none of \(known)")
        }
        guard FlowGrouping.Order(rawValue: order) != nil else {
            throw ValidationError("--order: \(order) is none of bytes, packets, records")
        }
        _ = try FlowTableForm.seconds(every)
    }

    private var words: [String] { by.split(separator: ",").map { $0.trimmingSpaces() } }

    func run() throws {
        var body = try filter.read().parameters
        for (index, word) in words.enumerated() { body["GroupBy.\(index + 1)"] = word }
        body["OrderBy"] = order
        body["MaxGroups"] = String(limit)
        body["BucketSeconds"] = String(try FlowTableForm.seconds(every))
        body["IncludeOpen"] = String(open)
        let answer: FlowRecordGroups = try FlowAggregation.run(
            try connection.client(), "AggregateFlowRecords", body)
        try form.show(answer)
        if !answer.Damaged.isEmpty { throw ExitCode(3) }
    }
}

extension Substring {
    fileprivate func trimmingSpaces() -> String { split(separator: " ").joined() }
}
