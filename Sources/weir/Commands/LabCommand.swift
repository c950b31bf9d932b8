import ArgumentParser
import CloudAPI
import ControlPlane
import Glibc
import Model

/// `weir lab`: the cloud on this machine.
struct LabCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab", abstract: "Look into the lab's instances, and take the lab down.",
        subcommands: [List.self, Exec.self, Down.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "List the lab's VPCs and instances with their namespaces and ENIs.")
        @OptionGroup var connection: ConnectionOptions
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let lab: LabLayout = try connection.client().call("DescribeLab", body: NoBody())
            if json { return try printJSON(lab) }
            guard let state = lab.Lab else { return print("there is no lab; start the server with --lab") }
            for vpc in state.vpcs { print("\(vpc.vpcID)  namespace \(vpc.namespace)") }
            for instance in state.instances {
                print("\(instance.instanceID)  namespace \(instance.namespace)")
                for port in instance.ports {
                    let addresses = (port.addresses.map(\.description) + port.ipv6Addresses.map(\.description))
                        .joined(separator: " ")
                    print("  \(port.device)  \(addresses)  \(port.networkInterfaceID)  port \(port.portDevice)")
                }
            }
        }
    }

    struct Exec: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "exec", abstract: "Run a command inside an instance of the lab (root).",
            usage: "weir lab exec INSTANCE -- COMMAND [ARG ...]")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The instance.") var instance: String
        @Argument(parsing: .captureForPassthrough, help: "The command and its arguments.") var command: [String]

        func run() throws {
            let lab: LabLayout = try connection.client().call("DescribeLab", body: NoBody())
            guard let found = lab.Lab?.instances.first(where: { $0.instanceID == instance }) else {
                throw ValidationError("the lab has no instance \(instance); see weir lab ls")
            }
            let words = command.first == "--" ? Array(command.dropFirst()) : command
            guard !words.isEmpty else { throw ValidationError("name a command to run in \(instance)") }
            let arguments = ["ip", "netns", "exec", found.namespace] + words
            var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
            pointers.append(nil)
            execvp("ip", pointers)
            throw ValidationError("cannot run ip: \(String(cString: strerror(errno)))")
        }
    }

    struct Down: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "down", abstract: "Take this machine's lab and data plane down; leaves no trace (root).")
        @Option(help: "The server's data directory.") var dataDir: String?
        @Option(help: "Where the agent mounts its bpffs (default /run/weir/<lab-name>).") var agentRunDir: String?
        @Option(help: "The lab's name.") var labName = "weir"

        func run() throws {
            let directory = dataDir ?? (geteuidIsRoot() ? "/var/lib/weir" : "")
            guard !directory.isEmpty else { throw ValidationError("taking the lab down needs root") }
            let arguments = [
                AgentProcess.defaultPath, "down", "--state-dir", directory + "/agent", "--run-dir",
                agentRunDir ?? "/run/weir/\(labName)",
            ]
            var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
            pointers.append(nil)
            execv(AgentProcess.defaultPath, pointers)
            throw ValidationError("cannot run \(AgentProcess.defaultPath): \(String(cString: strerror(errno)))")
        }
    }
}
