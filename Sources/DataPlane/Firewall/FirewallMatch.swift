import Model
import Packet

/// The words of nftables for what rules and entries compare.
enum FirewallMatch {
    /// The blocks of each family, those inside others left out (nftables refuses overlaps), in a fixed order.
    static func byFamily(_ blocks: [IPCIDR]) -> [(IPAddress.Family, [IPCIDR])] {
        [IPAddress.Family.ipv4, .ipv6].compactMap { family in
            // Shorter prefixes first: whatever contains a block is there before it.
            let own = Set(blocks.filter { $0.family == family }).sorted {
                ($0.length, $0.network.high, $0.network.low) < ($1.length, $1.network.high, $1.network.low)
            }
            var kept: [IPCIDR] = []
            for block in own where !kept.contains(where: { $0.contains(block.network) }) { kept.append(block) }
            return kept.isEmpty ? nil : (family, kept)
        }
    }

    /// Source of what comes in, destination of what goes out.
    static func peer(_ family: IPAddress.Family, _ blocks: [IPCIDR], _ direction: FlowDirection) -> String {
        if blocks.contains(where: { $0.length == 0 }) { return "meta nfproto \(family)" }
        return "\(field(family, direction)) { \(blocks.map(\.description).joined(separator: ", ")) }"
    }

    static func peer(_ family: IPAddress.Family, set: String, _ direction: FlowDirection) -> String {
        "\(field(family, direction)) @\(set)"
    }

    private static func field(_ family: IPAddress.Family, _ direction: FlowDirection) -> String {
        "\(family == .ipv4 ? "ip" : "ip6") \(direction == .ingress ? "saddr" : "daddr")"
    }

    /// One rule. The ID is kept as a comment for whoever lists the table, when it is plain enough.
    static func rule(
        _ peer: String, _ transport: FirewallState.Transport, _ ports: PortRange, _ verdict: String, _ id: String
    ) -> String {
        var words = [peer]
        if let number = transport.number { words.append("meta l4proto \(number)") }
        // Without ports in the rule, fragments match too.
        if transport.hasPorts, !ports.coversAll { words.append("th dport \(ports.first)-\(ports.last)") }
        words.append(verdict)
        let isPlain = id.utf8.allSatisfy {
            (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d
        }
        if isPlain, (1...64).contains(id.utf8.count) { words.append("comment \"\(id)\"") }
        return words.joined(separator: " ")
    }
}
