import ArgumentParser
import CloudAPI
import ControlPlane
import Model

/// `weir eni`: devices that exist, taken as ENIs.
struct InterfaceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eni",
        abstract: "List the ENIs of hosts, adopt devices as ENIs, release them, read their ledgers.",
        subcommands: [List.self, Adopt.self, Release.self, LedgerOfDevice.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls",
            abstract: "List the ENIs of hosts with their groups and ACL, and whether packets are held to them.")
        @OptionGroup var connection: ConnectionOptions
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let answer: HostList = try connection.client().call("DescribeHosts", body: NoBody())
            if json { return try printJSON(answer.Hosts.flatMap(\.Interfaces)) }
            for host in answer.Hosts {
                for interface in host.Interfaces {
                    let groups = interface.SecurityGroupIds.joined(separator: " ")
                    let acl = interface.NetworkAclId
                    print(
                        "\(interface.NetworkInterfaceId)  \(interface.InstanceId)  \(host.HostId)"
                            + "  \(interface.Adopted ? "adopted" : "lab")  groups \(groups.isEmpty ? "-" : groups)"
                            + "  ACL \(acl.isEmpty ? "-" : acl)"
                            + "  \(interface.SecurityGroupsEnforced ? "enforced" : "recorded only")")
                }
            }
        }
    }

    struct LedgerOfDevice: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ledger",
            abstract: "Show what was not counted on the devices of ENIs: time without programs, late and odd packets.")
        @OptionGroup var connection: ConnectionOptions
        @Flag(help: "Print JSON.") var json = false
        @Argument(help: "The ENI (default: all that are bound to a device).") var id: String?

        func run() throws {
            let answer: DeviceLedgers = try connection.client().call(
                "DescribeDeviceLedgers", body: id.map { ["NetworkInterfaceId": $0] } ?? [:])
            if json { return try printJSON(answer) }
            if answer.Ledgers.isEmpty { print("no host has reported on \(id ?? "any device") yet") }
            for entry in answer.Ledgers {
                let ledger = entry.Ledger
                let tenths = ledger.unattachedMilliseconds / 100
                print("host \(entry.HostId), ENI \(ledger.networkInterfaceID)")
                print(
                    "  programs     \(ledger.isAttached ? "attached" : "NOT attached: nothing is counted or mirrored")")
                print("  unattached   \(tenths / 10).\(tenths % 10) s since it was bound")
                print("  late drops   \(ledger.lateDrops), after the map of their packet was drained")
                print("  unattributed \(ledger.unattributedDrops) drops of packets in no map")
                print("  unparsed     \(ledger.unparsedPackets) frames with a broken IP header")
            }
        }
    }

    struct Adopt: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "adopt", abstract: "Make an ENI of a device that a host already has.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "The host (see weir host ls).") var host: String
        @Option(help: "The device's name.") var device: String
        @Option(help: "Namespace of the device under /run/netns (default: the agent's own).") var namespace: String?
        @Option(help: "own: the device is the ENI; port: its other end is (a tap, a host veth).") var side = "own"
        @Option(help: "Instance that owns the ENI (default: the host's own).") var instance: String?
        @Option(help: "Primary IPv4 of the ENI (default: the device's first).") var address: String?

        struct Answer: Decodable {
            let NetworkInterfaceId: String
            let InstanceId: String
        }

        func run() throws {
            var body = ["HostId": host, "Device": device, "Side": side]
            body["Namespace"] = namespace
            body["InstanceId"] = instance
            body["PrimaryIpAddress"] = address
            let answer: Answer = try connection.client().call("AdoptDevice", body: body)
            print("\(answer.NetworkInterfaceId) on \(answer.InstanceId)")
        }
    }

    struct Release: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "release", abstract: "Give an adopted device back; it stays as it was.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The ENI.") var id: String

        func run() throws {
            let _: EmptyResult = try connection.client().call("ReleaseDevice", body: ["NetworkInterfaceId": id])
        }
    }
}
