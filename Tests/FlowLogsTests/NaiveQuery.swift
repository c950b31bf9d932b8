import FlowLogs
import Model
import Packet

/// What a query means, spelled out for one record after the other: the reference of the tests. It shares nothing with
/// what reads blocks but the types.
extension FlowPredicate {
    func matches(_ record: FlowRecord) -> Bool { truth(record) == true }

    /// `nil` is unknown, as in SQL.
    private func truth(_ record: FlowRecord) -> Bool? {
        switch self {
        case .not(let inner): return inner.truth(record).map { !$0 }
        case .all(let list):
            let truths = list.map { $0.truth(record) }
            return truths.contains(false) ? false : truths.contains(nil) ? nil : true
        case .any(let list):
            let truths = list.map { $0.truth(record) }
            return truths.contains(true) ? true : truths.contains(nil) ? nil : false
        case .condition(let condition): return condition.truth(record)
        }
    }
}

extension FlowCondition {
    fileprivate func truth(_ record: FlowRecord) -> Bool? {
        let traffic = record.traffic
        switch self {
        case .address(let field, let blocks):
            guard let traffic else { return nil }
            let address = field == .source ? traffic.source : traffic.destination
            return blocks.contains { $0.holds(address) }
        case .number(let field, let ranges):
            guard let traffic else { return nil }
            let value: UInt64 =
                switch field {
                case .sourcePort: UInt64(traffic.sourcePort)
                case .destinationPort: UInt64(traffic.destinationPort)
                case .transport: UInt64(traffic.transport)
                case .packets: traffic.packets
                case .bytes: traffic.bytes
                }
            return ranges.contains { $0.lowerBound <= value && value <= $0.upperBound }
        case .text(let field, let names):
            let name: String? =
                switch field {
                case .flowLog: record.flowLogID
                case .networkInterface: record.networkInterfaceID
                case .vpc: record.stream.vpcID
                case .subnet: record.stream.subnetID
                case .instance: record.stream.instanceID
                }
            return name.map { names.contains($0) }
        case .tcpFlags(let sets):
            guard let traffic, traffic.transport == 6 else { return nil }
            return sets.contains { TCPFlags(rawValue: traffic.tcpFlags).isSuperset(of: $0) }
        case .direction(let direction): return traffic.map { $0.direction == direction }
        case .action(let action): return traffic.map { $0.action == action }
        case .rejectReasons(let reasons):
            guard let found = traffic?.rejectReasons, !found.isEmpty else { return nil }
            return !found.isDisjoint(with: reasons)
        case .status(let list): return list.contains(record.status)
        }
    }
}

extension AddressBlock {
    /// By the bits of the prefix, one by one.
    fileprivate func holds(_ address: IPAddress) -> Bool {
        func bits(_ address: IPAddress) -> [Bool] {
            let width = address.family == .ipv4 ? 32 : 128
            return (0..<width).map { bit in
                let fromRight = width - 1 - bit
                return (fromRight < 64 ? address.low >> UInt64(fromRight) : address.high >> UInt64(fromRight - 64)) & 1
                    == 1
            }
        }
        return address.family == first.family && bits(address).prefix(length) == bits(first).prefix(length)
    }
}

extension FlowQuery {
    /// Whether the record is wanted, wherever the query's pages stand.
    func wants(_ record: FlowRecord) -> Bool {
        (accountID == nil || accountID == record.accountID) && record.window.end > endedAfter ?? .min
            && record.window.end <= endedThrough ?? .max && predicate.matches(record)
    }
}

// MARK: Anything at random, from few values, so that conditions meet records.

extension IPAddress {
    static func random(using random: inout Seeded) -> IPAddress {
        if Int.random(in: 0..<4, using: &random) == 0 {
            return IPAddress(ipv6High: 0x2001_0db8_0000_0000, low: .random(in: 0..<8, using: &random))
        }
        return IPAddress(IPv4Address(rawValue: 0x0a00_0000 | .random(in: 0..<16, using: &random)))
    }
}

extension FlowRecord {
    static func random(at end: Int64? = nil, using random: inout Seeded) -> FlowRecord {
        func name(_ kind: String) -> String { "\(kind)-\(Int.random(in: 0..<3, using: &random))" }
        let stream = FlowStream(
            accountID: name("account"), flowLogID: name("fl"), networkInterfaceID: name("eni"),
            vpcID: Bool.random(using: &random) ? name("vpc") : nil,
            subnetID: Bool.random(using: &random) ? name("subnet") : nil,
            instanceID: Bool.random(using: &random) ? name("i") : nil)
        let content: Content
        switch Int.random(in: 0..<12, using: &random) {
        case 0: content = .noData
        case 1:
            content = .loss(FlowLoss(packets: .random(in: 0...9, using: &random), bytes: 900, causes: .skippedByAgent))
        default:
            var traffic = FlowTraffic(
                direction: Bool.random(using: &random) ? .ingress : .egress, source: .random(using: &random),
                destination: .random(using: &random), sourcePort: .random(in: 0..<6, using: &random),
                destinationPort: .random(in: 65530...65535, using: &random),
                transport: [1, 6, 6, 17].randomElement(using: &random) ?? 0,
                tcpFlags: .random(in: 0...255, using: &random), packets: .random(in: 1...20, using: &random),
                bytes: .random(in: 1...2000, using: &random), action: Bool.random(using: &random) ? .accept : .reject)
            // Seldom, so that there are rows without.
            if Int.random(in: 0..<20, using: &random) == 0 {
                let first = 1000 * epoch + .random(in: 0...59_000, using: &random)
                traffic.times = first...first + .random(in: 0...900, using: &random)
                traffic.rejectReasons = RejectReasons(rawValue: .random(in: 0...7, using: &random))
            }
            content = .traffic(traffic)
        }
        let last = end ?? epoch + 60 * .random(in: 1...10, using: &random)
        return FlowRecord(stream: stream, window: FlowWindow(start: last - 60, end: last), content: content)
    }
}

extension FlowPredicate {
    static func random(depth: Int, using random: inout Seeded) -> FlowPredicate {
        func list() -> [FlowPredicate] {
            (0..<Int.random(in: 0...3, using: &random)).map { _ in
                FlowPredicate.random(depth: depth - 1, using: &random)
            }
        }
        switch depth > 0 ? Int.random(in: 0..<6, using: &random) : 5 {
        case 0, 1: return .all(list())
        case 2, 3: return .any(list())
        case 4: return .not(.random(depth: depth - 1, using: &random))
        default: return .condition(.random(using: &random))
        }
    }
}

extension FlowCondition {
    static func random(using random: inout Seeded) -> FlowCondition {
        func some<T>(_ make: () -> T?) -> [T] { (0..<Int.random(in: 1...2, using: &random)).compactMap { _ in make() } }
        func range(_ values: ClosedRange<UInt64>) -> ClosedRange<UInt64> {
            let first = UInt64.random(in: values, using: &random)
            return first...UInt64.random(in: first...values.upperBound, using: &random)
        }
        switch Int.random(in: 0..<9, using: &random) {
        case 0:
            let blocks = some {
                let address = IPAddress.random(using: &random)
                return AddressBlock(
                    address, length: .random(in: 0...(address.family == .ipv4 ? 32 : 128), using: &random))
            }
            return .address(
                Bool.random(using: &random) ? .source : .destination,
                blocks.isEmpty ? [AddressBlock(.random(using: &random))] : blocks)
        case 1: return .number(Bool.random(using: &random) ? .sourcePort : .destinationPort, some { range(0...65535) })
        case 2: return .number(.transport, some { range(0...255) })
        case 3: return .number(Bool.random(using: &random) ? .packets : .bytes, some { range(0...2000) })
        case 4:
            let field = TextField.allCases.randomElement(using: &random) ?? .flowLog
            let kind =
                [.flowLog: "fl", .networkInterface: "eni", .vpc: "vpc", .subnet: "subnet", .instance: "i"][field] ?? ""
            return .text(field, some { "\(kind)-\(Int.random(in: 0..<4, using: &random))" })
        case 5: return .tcpFlags(some { TCPFlags(rawValue: 1 << UInt8.random(in: 0..<8, using: &random)) })
        case 6:
            return Bool.random(using: &random)
                ? .direction(Bool.random(using: &random) ? .ingress : .egress)
                : .action(Bool.random(using: &random) ? .accept : .reject)
        case 7: return .rejectReasons(RejectReasons(rawValue: .random(in: 1...7, using: &random)))
        default: return .status(some { FlowLogStatus.allCases.randomElement(using: &random) })
        }
    }
}
