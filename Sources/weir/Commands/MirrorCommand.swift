import ArgumentParser
import CloudAPI
import ControlPlane
import DataPlane
import FoundationEssentials
import Model

/// `weir mirror`: the account of a session, and the receiver at a target.
struct MirrorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mirror", abstract: "List sessions, read their ledgers, verify their path, or receive copies.",
        subcommands: [List.self, Stats.self, Budget.self, VerifyCommand.self, ReceiveCommand.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "List sessions in the order of their priority, with what is wrong with them.")
        @OptionGroup var connection: ConnectionOptions
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let answer: MirrorSessionList = try connection.client().call("DescribeMirrorSessions", body: NoBody())
            if json { return try printJSON(answer) }
            if answer.Sessions.isEmpty { print("there is no mirror session") }
            for session in answer.Sessions {
                let frozen = session.BusinessStatus == "Normal" ? "" : ", frozen"
                print(
                    "\(session.TrafficMirrorSessionId)  \(session.Status)\(frozen)  priority \(session.Priority)"
                        + "  \(session.NetworkInterfaceId) > \(session.TrafficMirrorTargetId)"
                        + "  VNI \(session.VirtualNetworkId)")
                print(
                    "  matched \(session.MatchedPackets), mirrored \(session.MirroredPackets),"
                        + " dropped \(session.DroppedPackets)")
                if let path = session.Path { print("  \(path)") }
                for warning in session.Warnings { print("  warning: \(warning)") }
            }
        }
    }

    struct Stats: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "stats", abstract: "Show the ledger of a session: matched = mirrored + dropped, by reason.")
        @OptionGroup var connection: ConnectionOptions
        @Flag(help: "Print JSON.") var json = false
        @Argument(help: "The session.") var session: String

        func run() throws {
            let answer: MirrorLedgers = try connection.client().call(
                "DescribeMirrorLedger", body: ["TrafficMirrorSessionId": session])
            if json { return try printJSON(answer) }
            if answer.Ledgers.isEmpty { print("no host has reported on \(session) yet") }
            for warning in answer.Warnings { print("warning: \(warning)") }
            for entry in answer.Ledgers {
                let ledger = entry.Ledger
                print("host \(entry.HostId), ENI \(ledger.networkInterfaceID)")
                print("  matched    \(ledger.matchedPackets) packets, \(ledger.matchedBytes) bytes")
                print(
                    "  mirrored   \(ledger.mirroredPackets) packets, \(ledger.mirroredBytes) bytes"
                        + " (cut by PacketLength \(ledger.truncatedByLengthPackets), by MTU \(ledger.truncatedByMTUPackets))"
                )
                let reasons = ledger.dropped.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
                print(
                    "  dropped    \(ledger.droppedPackets) packets\(reasons.isEmpty ? "" : ": " + reasons.joined(separator: ", "))"
                )
                print("  in flight  \(ledger.inFlightPackets)")
                print("  self       \(ledger.selfPackets), refused by the target's host \(ledger.targetRefusedPackets)")
            }
        }
    }

    struct Budget: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "budget",
            abstract: "Show or set what a session may send; what goes beyond is dropped before it is copied.",
            discussion: "The rates given are the whole budget: one that is left out is no bound.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var budget: BudgetOptions
        @Flag(help: "Print JSON.") var json = false
        @Argument(help: "The session.") var session: String

        func run() throws {
            let client = try connection.client()
            if budget.isChange { try budget.set("TrafficMirrorSessionId", session, client) }
            let answer: MirrorLedgers = try client.call(
                "DescribeMirrorLedger", body: ["TrafficMirrorSessionId": session])
            if json { return try printJSON(BudgetOptions.Answer(Budget: answer.Budget)) }
            print("\(session): \(answer.Budget?.text ?? "no budget")")
        }
    }
}
