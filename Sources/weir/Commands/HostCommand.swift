import ArgumentParser
import CloudAPI
import ControlPlane
import Foundation
import Model

/// `weir host`: the machines with agents.
struct HostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "host", abstract: "List hosts, bound what they send, and let new ones join.",
        subcommands: [List.self, Budget.self, Token.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "List hosts with their namespaces and devices.")
        @OptionGroup var connection: ConnectionOptions
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let answer: HostList = try connection.client().call("DescribeHosts", body: NoBody())
            if json { return try printJSON(answer) }
            if answer.Hosts.isEmpty { print("no host has joined; make a token with `weir host token`") }
            for host in answer.Hosts {
                print(
                    "\(host.HostId)  \(host.Hostname)  \(host.Reachable ? "reachable" : "away")"
                        + "  generation \(host.AcknowledgedGeneration)/\(answer.Generation)\(host.IsLab ? "  lab" : "")"
                )
                print("  security groups: \(host.SecurityGroups.text)")
                if let budget = host.Budget { print("  mirroring: \(budget.text)") }
                guard let report = host.Report else { continue }
                if let problem = report.dataPlaneProblem { print("  data plane: \(problem)") }
                for device in report.devices {
                    let place = device.namespace.map { "\($0)/" } ?? ""
                    print(
                        "  \(place)\(device.name)  \(device.mac?.description ?? "-")  mtu \(device.mtu)"
                            + "  \(device.up ? "up" : "down")  \(device.addresses.map(\.description).joined(separator: " "))"
                    )
                }
            }
        }
    }

    struct Budget: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "budget", abstract: "Show or set what all sessions of a host together may send.",
            discussion: "The rates given are the whole budget: one that is left out is no bound.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var budget: BudgetOptions
        @Flag(help: "Print JSON.") var json = false
        @Argument(help: "The host (see weir host ls).") var host: String

        func run() throws {
            let client = try connection.client()
            if budget.isChange { try budget.set("HostId", host, client) }
            let answer: HostList = try client.call("DescribeHosts", body: NoBody())
            guard let found = answer.Hosts.first(where: { $0.HostId == host }) else {
                throw ValidationError("there is no host \(host); `weir host ls` lists them")
            }
            if json { return try printJSON(BudgetOptions.Answer(Budget: found.Budget)) }
            print("\(host): \(found.Budget?.text ?? "no budget")")
        }
    }

    struct Token: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "token", abstract: "Make a one-time join token for weir-agent run --join.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "Minutes the token is good for, 1 to 1440.") var minutes = 60
        @Flag(help: "The host may run the lab.") var lab = false
        @Option(help: "URL of the server as the host reaches it (default: https and the server's first --tls-name).")
        var url: String?
        @Flag(help: "Leave the server's key out: the host asks its own authorities whether to trust the certificate.")
        var withoutPin = false

        struct Body: Encodable {
            let ValidMinutes: Int
            let Lab: Bool
        }

        struct Answer: Decodable {
            let TokenId: String
            let TokenSecret: String
            let ServerUrl: String?
            let ServerPin: ServerPin?
        }

        func run() throws {
            let client = try connection.client()
            let answer: Answer = try client.call("CreateJoinToken", body: Body(ValidMinutes: minutes, Lab: lab))
            let text = url ?? answer.ServerUrl ?? client.url.description
            guard let url = ServerURL(text) else { throw ValidationError("\(text) is not a URL of a server") }
            if url.scheme == .http {
                FileHandle.standardError.write(
                    Data("this token is for this machine alone; other machines need a server with --tls-listen\n".utf8))
            }
            let pin = withoutPin || url.scheme == .http ? nil : answer.ServerPin
            print(JoinToken(url: url.description, pin: pin, id: answer.TokenId, secret: answer.TokenSecret).text)
        }
    }
}

extension SecurityGroupEnforcement {
    /// What the setting means on a host.
    var text: String {
        switch self {
        case .everywhere: "enforced everywhere"
        case .lab: "enforced in the lab, recorded only on adopted devices"
        case .nowhere: "recorded only"
        }
    }
}
