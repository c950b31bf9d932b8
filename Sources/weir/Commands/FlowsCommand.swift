import ArgumentParser
import CloudAPI
import ControlPlane
import FoundationEssentials
import Glibc

/// `weir flows`: search and follow flow records.
struct FlowsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flows", abstract: "Search, follow and sum flow records.",
        subcommands: [List.self, Tail.self, Sum.self, FlowsVerifyCommand.self])

    /// Which records are meant.
    struct Filter: ParsableArguments {
        @Option(help: "Flow log.") var flowLog: String?
        @Option(help: "ENI.") var eni: String?
        @Option(help: "Windows that ended after: Unix seconds, or back from now as 30s, 15m, 2h, 1d.") var since:
            String?
        @Option(help: "Windows that ended at or before, likewise.") var until: String?
        @Option(help: "Source address or block.") var src: String?
        @Option(help: "Destination address or block.") var dst: String?
        @Option(help: "Source port.") var sport: Int?
        @Option(help: "Destination port.") var dport: Int?
        @Option(help: "Protocol: tcp, udp, icmp or an IANA number.") var proto: String?
        @Option(help: "ingress or egress, seen from the ENI.") var direction: String?
        @Option(help: "accept or reject.") var action: String?
        @Option(help: "Records a page, 1 to 1000.") var limit: Int = 100

        func body() throws -> [String: String] {
            var body: [String: String] = ["MaxResults": String(limit)]
            body["FlowLogId"] = flowLog
            body["NetworkInterfaceId"] = eni
            body["EndedAfter"] = try since.map { String(try Self.time($0, "--since")) }
            body["EndedThrough"] = try until.map { String(try Self.time($0, "--until")) }
            body["Source"] = src
            body["Destination"] = dst
            body["SourcePort"] = sport.map { String($0) }
            body["DestinationPort"] = dport.map { String($0) }
            body["Direction"] = direction
            body["TrafficAction"] = action?.uppercased()
            if let proto {
                let numbers = ["tcp": "6", "udp": "17", "icmp": "1", "icmpv6": "58"]
                body["ProtocolNumber"] = numbers[proto.lowercased()] ?? proto
            }
            return body
        }

        private static func time(_ text: String, _ flag: String) throws -> Int64 {
            let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
            if let last = text.last, let unit = units[last], let count = Int64(text.dropLast()), count >= 0 {
                let (span, overflow) = count.multipliedReportingOverflow(by: unit)
                if !overflow { return max(0, Int64(Glibc.time(nil)) - span) }
            } else if let seconds = Int64(text), seconds >= 0 {
                return seconds
            }
            throw ValidationError("\(flag): \(text) is neither Unix seconds nor a span such as 30s, 15m, 2h, 1d")
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List flow records, newest windows first.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var filter: Filter
        @Flag(help: "All pages, not the first alone.") var all = false
        @Flag(help: "Also what has gathered in windows that still run.") var open = false
        @Flag(help: "One JSON object a line.") var json = false

        func run() throws {
            let client = try connection.client()
            var body = try filter.body()
            body["NewestFirst"] = "true"
            if open { body["IncludeOpen"] = "true" }
            repeat {
                let page: FlowRecordPage = try client.call("SearchFlowRecords", body: body)
                try show(page.Records, json)
                body["NextToken"] = page.NextToken
            } while all && body["NextToken"] != ""
        }
    }

    struct Tail: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "tail", abstract: "Follow flow records as their windows close.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var filter: Filter
        @Flag(help: "One JSON object a line.") var json = false

        func run() throws {
            let client = try connection.client()
            client.timeoutSeconds = 40
            var body = try filter.body()
            while true {
                let page: FlowRecordPage = try client.call("TailFlowRecords", body: body)
                try show(page.Records, json)
                body["NextToken"] = page.NextToken
            }
        }
    }

    struct Sum: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "sum", abstract: "Sum the packets and bytes of records, by verdict.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var filter: Filter
        @Flag(help: "Also what has gathered in windows that still run.") var open = false
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            var body = try filter.body()
            if open { body["IncludeOpen"] = "true" }
            let sums: FlowRecordSums = try connection.client().call("SumFlowRecords", body: body)
            if json { return try printJSON(sums) }
            for (name, count) in [("ACCEPT", sums.Accepted), ("REJECT", sums.Rejected), ("lost", sums.Lost)] {
                print("\(name)  \(count.Records) records, \(count.Packets) packets, \(count.Bytes) bytes")
            }
            if !sums.IsExact { print("some of the loss is not known to the packet") }
        }
    }
}

/// Records in the cloud's text form, or as JSON lines.
private func show(_ records: [FlowRecordView], _ json: Bool) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    for record in records {
        print(
            json
                ? String(decoding: try encoder.encode(record), as: UTF8.self)
                : record.Text + (record.Open ? " (open)" : ""))
    }
    fflush(nil)
}
