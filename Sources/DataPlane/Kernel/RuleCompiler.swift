import CDataPlane
import Glibc
import Model

/// The rules of all sessions of one ENI as the programs compare them: sessions by priority, then rules by priority.
enum RuleCompiler {
    /// A session as it is installed: its index, and where each of its rules is counted.
    struct Session {
        var intent: MirrorIntent
        var index: UInt32
        var hits: [String: UInt32]
    }

    /// The bytes of a `weir_ruleset`. Throws `KernelError` when there are more rules than the program looks at.
    static func compile(_ sessions: [Session], helperIndex: UInt32, scope: MirrorScope) throws(KernelError) -> [UInt8] {
        let ordered = sessions.sorted { $0.intent.priority < $1.intent.priority }
        var bytes = [UInt8](repeating: 0, count: MemoryLayout<weir_ruleset>.size)
        var counts: [Int] = []
        for direction in 0..<2 {
            var rules: [weir_rule] = []
            for session in ordered {
                let intent = session.intent
                let own = direction == Int(WEIR_INGRESS) ? intent.ingressRules : intent.egressRules
                rules += own.sorted { $0.priority < $1.priority }.map { rule($0, session) }
            }
            guard rules.count <= Int(WEIR_RULES) else {
                throw KernelError(
                    attempt: "install the rules", code: 0,
                    detail: "\(rules.count) rules in one direction; \(WEIR_RULES) is the most for one network interface"
                )
            }
            let stride = MemoryLayout<weir_rule>.stride
            let start = 16 + direction * Int(WEIR_RULES) * stride
            bytes.withUnsafeMutableBytes { bytes in
                for (position, rule) in rules.enumerated() {
                    bytes.storeBytes(of: rule, toByteOffset: start + position * stride, as: weir_rule.self)
                }
            }
            counts.append(rules.count)
        }
        bytes.withUnsafeMutableBytes { bytes in
            bytes.storeBytes(of: helperIndex, toByteOffset: 0, as: UInt32.self)
            bytes.storeBytes(of: UInt32(clamping: counts[0]), toByteOffset: 4, as: UInt32.self)
            bytes.storeBytes(of: UInt32(clamping: counts[1]), toByteOffset: 8, as: UInt32.self)
            let flags = scope == .everything ? UInt32(WEIR_RULES_EVERYTHING) : 0
            bytes.storeBytes(of: flags, toByteOffset: 12, as: UInt32.self)
        }
        return bytes
    }

    private static func rule(_ rule: MirrorRule, _ session: Session) -> weir_rule {
        let transport: Int32
        switch rule.transport {
        case .tcp: transport = Int32(IPPROTO_TCP)
        case .udp: transport = Int32(IPPROTO_UDP)
        case .icmp: transport = Int32(IPPROTO_ICMP)
        case .all: transport = Int32(WEIR_TRANSPORT_ALL)
        }
        return weir_rule(
            addresses: addresses(rule.source.network.rawValue, rule.destination.network.rawValue),
            masks: addresses(rule.source.mask, rule.destination.mask), source_port_first: rule.sourcePorts.first,
            source_port_last: rule.sourcePorts.last, destination_port_first: rule.destinationPorts.first,
            destination_port_last: rule.destinationPorts.last, transport: UInt8(truncatingIfNeeded: transport),
            accept: rule.accept ? 1 : 0,
            covers_all_ports: rule.sourcePorts.coversAll && rule.destinationPorts.coversAll ? 1 : 0, reserved: 0,
            session: UInt16(truncatingIfNeeded: session.index),
            hit: UInt16(truncatingIfNeeded: session.hits[rule.ruleID] ?? 0))
    }
    private static func addresses(_ source: UInt32, _ destination: UInt32) -> UInt64 {
        UInt64(destination.bigEndian) << 32 | UInt64(source.bigEndian)
    }
}
