import ArgumentParser
import CloudAPI
import ControlPlane
import Model

/// `weir status`: which hosts there are and what has not come true.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the server's hosts, who lags, and what failed.")

    @OptionGroup var connection: ConnectionOptions
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let status: ServerStatus = try connection.client().call("DescribeServerStatus", body: NoBody())
        if json { return try printJSON(status) }
        print("region \(status.Region), data plane \(status.DataPlane), generation \(status.Generation)")
        print(
            "mirror: \(status.Targets) targets, \(status.Filters) filters, \(status.Sessions) sessions;"
                + " flow logs: \(status.FlowLogs)")
        for host in status.Hosts {
            let lag = status.Generation - host.AcknowledgedGeneration
            let state =
                !host.Reachable ? "away since \(host.HeardAt)" : lag > 0 ? "\(lag) generations behind" : "up to date"
            print("host \(host.HostId) (\(host.Hostname)\(host.IsLab ? ", lab" : "")): \(state)")
            if let problem = host.Report?.dataPlaneProblem { print("  data plane: \(problem)") }
            print("  security groups: \(host.SecurityGroups.text)")
            for failure in host.Failures { print("  \(failure.resourceID): \(failure.reason)") }
        }
        for warning in status.Warnings { print("warning: \(warning)") }
        for item in status.Unsettled {
            print("\(item.ResourceId) is \(item.Status)\(item.Failure.isEmpty ? "" : ": " + item.Failure)")
        }
    }
}

/// No arguments.
struct NoBody: Codable {}
