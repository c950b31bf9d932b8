import ArgumentParser
import CloudAPI
import ControlPlane
import Glibc

/// `weir admin reset`.
struct ResetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset", abstract: "Remove all resources of an account, in all regions.",
        discussion: """
            Its keys, policies, hosts and audit stay. Waits until the hosts that are reachable have followed: \
            mirroring, flow logs, firewall and lab of the account are gone from their kernels then.
            """)
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var options: AccountOptions
    @Flag(help: "Do it: without this nothing is removed.") var yes = false
    @Option(help: "Seconds to wait for hosts, 0 to 600.") var wait = 60

    func validate() throws {
        guard yes else { throw ValidationError("this removes every resource of the account; say --yes to do it") }
        guard (0...600).contains(wait) else { throw ValidationError("--wait is from 0 to 600") }
    }

    func run() throws {
        let client = try connection.client()
        let answer: AccountReset = try client.call("ResetAccount", body: AccountBody(options.account))
        let late = try hostsBehind(answer.Generation, client)
        if options.json {
            try printJSON(answer)
        } else {
            print(
                "account \(answer.AccountId): removed \(answer.DeletedRows) rows"
                    + " and \(answer.DeletedFlowRecords) flow records")
        }
        guard late.isEmpty else {
            throw ValidationError("these hosts have not followed within \(wait) s: \(late.joined(separator: " "))")
        }
    }

    /// The reachable hosts that have not acknowledged a generation in time.
    private func hostsBehind(_ generation: Int64, _ client: APIClient) throws -> [String] {
        let end = ContinuousClock.now + .seconds(wait)
        while true {
            let hosts: HostList = try client.call("DescribeHosts", body: NoBody())
            let late = hosts.Hosts.filter { $0.Reachable && $0.AcknowledgedGeneration < generation }
            if late.isEmpty || ContinuousClock.now >= end { return late.map(\.HostId) }
            usleep(50_000)
        }
    }
}
