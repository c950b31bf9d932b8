import ArgumentParser
import CloudAPI
import ControlPlane
import FlowLogs

/// `weir flows stats`.
struct FlowsStatsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "Sum packets and bytes by verdict, and what is known to be missing.")
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var filter: FlowFilterArgument
    @Flag(help: "Also what has gathered in windows that still run.") var open = false
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        var body = try filter.read().parameters
        body["IncludeOpen"] = String(open)
        let sums: FlowRecordSums = try FlowAggregation.run(try connection.client(), "SumFlowRecords", body)
        if json {
            try printJSON(sums)
        } else {
            for (name, count) in [("ACCEPT", sums.Accepted), ("REJECT", sums.Rejected), ("lost", sums.Lost)] {
                print("\(name)  \(count.Records) records, \(count.Packets) packets, \(count.Bytes) bytes")
            }
            if !sums.IsExact {
                print(
                    "not exact: time that was not accounted, a loss of unknown size, a count beyond its range, or damage"
                        + " (list status skipdata names the cause)")
            }
        }
        if !sums.Damaged.isEmpty { throw ExitCode(3) }
    }
}
