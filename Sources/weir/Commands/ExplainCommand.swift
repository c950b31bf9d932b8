import ArgumentParser
import CloudAPI
import ControlPlane

/// `weir explain`: why a packet is mirrored or not, and why a resource is as it is.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Say why a packet is mirrored or not, or why a resource is as it is.",
        subcommands: [ExplainPacketCommand.self, Resource.self])

    struct Resource: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resource",
            abstract: "Why a session, target, filter, rule, flow log or ENI has its status; what its traffic does now.")
        @OptionGroup var connection: ConnectionOptions
        @Flag(help: "Print JSON.") var json = false
        @Argument(help: "The resource's ID.") var id: String

        func run() throws {
            let answer: ResourceExplanation = try connection.client().call(
                "ExplainResource", body: ["ResourceId": id])
            if json { return try printJSON(answer) }
            print("\(answer.ResourceId), \(answer.Kind): \(answer.Status) (changed \(answer.UpdatedAt))")
            for line in answer.Why { print("  \(line)") }
            for line in answer.Traffic { print("traffic: \(line)") }
            for rule in answer.Rules {
                print(
                    "rule \(rule.TrafficMirrorFilterRuleId) \(rule.TrafficDirection) \(rule.Priority) \(rule.Text):"
                        + " \(rule.Hits.map { "\($0) packets" } ?? "not counted yet")"
                        + (rule.Since.map { " since \($0)" } ?? ""))
            }
            for warning in answer.Warnings { print("warning: \(warning)") }
        }
    }
}

/// `weir explain packet`.
struct ExplainPacketCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "packet",
        abstract: "Which session and rule take a packet, why the others do not, and what its copy looks like.",
        usage: """
            weir explain packet --eni ENI --direction egress --protocol tcp --source 10.0.0.1:1234 \
              --destination 10.0.0.2:443
            """)
    @OptionGroup var connection: ConnectionOptions
    @Option(help: "The ENI the packet crosses.") var eni: String
    @Option(help: "ingress or egress, seen from the ENI.") var direction: String
    @Option(name: .customLong("protocol"), help: "tcp, udp, icmp or an IANA number.") var transport: String
    @Option(help: "Source ADDRESS or ADDRESS:PORT; IPv6 as [ADDRESS]:PORT.") var source: String
    @Option(help: "Destination, likewise.") var destination: String
    @Option(help: "Bytes of the IP packet, 20 to 65535.") var length = 1500
    @Flag(help: "A later fragment: no ports.") var fragment = false
    @Flag(help: "Of a connection that was let through before.") var established = false
    @Flag(help: "Print JSON.") var json = false

    struct Body: Encodable {
        let NetworkInterfaceId, Direction, `Protocol`, SourceIpAddress, DestinationIpAddress: String
        let SourcePort, DestinationPort: String?
        let Length: Int
        let LaterFragment, Established: Bool
    }

    func run() throws {
        let (from, to) = (try Self.endpoint(source), try Self.endpoint(destination))
        let answer: PacketExplanation = try connection.client().call(
            "ExplainPacket",
            body: Body(
                NetworkInterfaceId: eni, Direction: direction, Protocol: transport, SourceIpAddress: from.address,
                DestinationIpAddress: to.address, SourcePort: from.port, DestinationPort: to.port, Length: length,
                LaterFragment: fragment, Established: established))
        if json { return try printJSON(answer) }
        for line in Self.text(answer) { print(line) }
    }

    /// `10.0.0.1`, `10.0.0.1:80`, `2001:db8::1` or `[2001:db8::1]:80`. Throws `ValidationError`.
    static func endpoint(_ text: String) throws -> (address: String, port: String?) {
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else {
                throw ValidationError("\(text) is not [ADDRESS]:PORT")
            }
            return (
                String(text[text.index(after: text.startIndex)..<end]), rest.isEmpty ? nil : String(rest.dropFirst())
            )
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? (String(parts[0]), String(parts[1])) : (text, nil)
    }

    static func text(_ answer: PacketExplanation) -> [String] {
        var lines = ["\(answer.Packet), \(answer.Direction) of \(answer.NetworkInterfaceId)", answer.Verdict]
        if let peer = answer.Peer {
            lines.append(
                "other end: \(peer.NetworkInterfaceId) of \(peer.InstanceId.isEmpty ? "no instance" : peer.InstanceId)")
        }
        for session in answer.Sessions {
            lines.append(
                "session \(session.TrafficMirrorSessionId), priority \(session.Priority): \(session.Outcome.rawValue),"
                    + " \(session.Reason)")
            for rule in session.Rules {
                lines.append(
                    "  \(rule.Matches ? "=" : "-") \(rule.TrafficMirrorFilterRuleId) \(rule.Priority) \(rule.Policy)"
                        + " \(rule.Text)\(rule.Reason.isEmpty ? "" : ": \(rule.Reason)")")
            }
        }
        if let copy = answer.Copy { lines += text(copy) }
        if let firewall = answer.Firewall {
            lines.append(
                "security groups and ACLs: \(firewall.Accepted ? "accepted" : "refused")"
                    + (firewall.Enforced ? "" : " (its host does not enforce them)"))
            lines += firewall.Steps.map { "  \($0)" }
        }
        return lines + answer.Notes.map { "note: \($0)" }
    }

    private static func text(_ copy: PacketExplanation.Copy) -> [String] {
        let cut =
            switch copy.Cut {
            case "None": "whole"
            case "PacketLength": "cut by PacketLength \(copy.PacketLength)"
            default: "cut by the path MTU \(copy.PathMTU.map { "\($0)" } ?? "")"
            }
        let target = copy.OuterDestination ?? "nowhere"
        var lines = [
            "copy: frame of \(copy.FrameBytes) bytes, \(copy.CopiedBytes) copied (\(cut)), \(copy.WireBytes) on the wire",
            "  \(copy.OuterSource ?? "-"):\(copy.OuterSourcePort) > \(target):\(copy.OuterDestinationPort),"
                + " VNI \(copy.VirtualNetworkId), target \(copy.TrafficMirrorTargetId) (\(copy.Target))",
            "  \(copy.Leaves ? "leaves" : "does not leave"): \(copy.Reason)"
                + (copy.Underlay.map { ", device \($0)" } ?? "")
                + (copy.NextHop.map { ", next hop \($0)" } ?? ""),
        ]
        if copy.PathMTU == nil { lines.append("  the path MTU is not known: no host has told of this session yet") }
        return lines + copy.Budgets.map { "  budget of the \($0); what goes beyond is dropped before it is cloned" }
    }
}
