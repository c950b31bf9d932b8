import Packet

/// What a word of the language that begins a condition speaks of.
enum FilterWord: Hashable {
    case address([FlowCondition.AddressField])
    case port([FlowCondition.NumberField])
    case transport
    case count(FlowCondition.NumberField)
    case name(FlowCondition.TextField)
    case tcpFlags, direction, action, rejectReason, status
    case since, until

    /// Every word, the one that is written first of those that mean the same; the record's own keys are among them.
    static let all: [(word: String, meaning: FilterWord)] = [
        ("src", .address([.source])), ("srcaddr", .address([.source])),
        ("dst", .address([.destination])), ("dstaddr", .address([.destination])),
        ("host", .address([.source, .destination])),
        ("sport", .port([.sourcePort])), ("srcport", .port([.sourcePort])),
        ("dport", .port([.destinationPort])), ("dstport", .port([.destinationPort])),
        ("port", .port([.sourcePort, .destinationPort])),
        ("proto", .transport), ("protocol", .transport),
        ("packets", .count(.packets)), ("bytes", .count(.bytes)),
        ("flags", .tcpFlags), ("tcp-flags", .tcpFlags),
        ("direction", .direction), ("action", .action), ("reason", .rejectReason),
        ("reject-reason", .rejectReason), ("status", .status), ("log-status", .status),
        ("flow-log", .name(.flowLog)), ("log", .name(.flowLog)), ("flow-log-id", .name(.flowLog)),
        ("eni", .name(.networkInterface)), ("eni-id", .name(.networkInterface)),
        ("vpc", .name(.vpc)), ("vpc-id", .name(.vpc)), ("subnet", .name(.subnet)), ("subnet-id", .name(.subnet)),
        ("vm", .name(.instance)), ("vm-id", .name(.instance)),
        ("since", .since), ("until", .until),
    ]

    private static let meanings = Dictionary(all.map { ($0.word, $0.meaning) }) { first, _ in first }
    /// Words between conditions.
    static let connectives: Set<String> = ["and", "or", "not", "in"]

    /// What the word in lower case means; `nil` when it is none of the language.
    init?(_ word: String) {
        guard let meaning = Self.meanings[word] else { return nil }
        self = meaning
    }

    /// Whether it gives the time that the whole filter is about.
    var isTime: Bool { self == .since || self == .until }

    /// Names of protocols and their IANA numbers.
    static let transports: [(name: String, number: UInt8)] = [
        ("icmp", 1), ("igmp", 2), ("tcp", 6), ("udp", 17), ("gre", 47), ("esp", 50), ("ah", 51), ("icmpv6", 58),
        ("sctp", 132),
    ]

    /// Names of directions; the first two are what is written.
    static let directions: [(name: String, value: FlowDirection)] = [
        ("ingress", .ingress), ("egress", .egress), ("in", .ingress), ("out", .egress),
    ]

    /// What to write instead of a word that is none: a value that lacks its word, or the word nearest to it.
    static func hint(for word: String) -> String? {
        let sentences: [(values: [String], word: String)] = [
            (transports.map(\.name), "proto"), (FlowAction.allCases.map { $0.text.lowercased() }, "action"),
            (directions.map(\.name), "direction"), (FlowLogStatus.allCases.map { $0.text.lowercased() }, "status"),
            (TCPFlags.names, "flags"), (RejectReasons.known.names, "reason"),
        ]
        if let sentence = sentences.first(where: { $0.values.contains(word) }) { return "\(sentence.word) \(word)" }
        let near = (all.map(\.word) + connectives.sorted()).map { (word: $0, distance: distance($0, word)) }
        guard let best = near.min(by: { $0.distance < $1.distance }), best.distance <= max(1, best.word.count / 3)
        else { return nil }
        return best.word
    }

    /// Letters to change, add, leave out or swap with their neighbours between two short words.
    private static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.utf8), right = Array(right.utf8.prefix(20))
        var rows = [Array(0...right.count)]
        for (i, a) in left.enumerated() {
            var row = [i + 1]
            for (j, b) in right.enumerated() {
                var best = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a == b ? 0 : 1))
                if i > 0, j > 0, a == right[j - 1], left[i - 1] == b { best = min(best, rows[i - 1][j - 1] + 1) }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
