import Model
import Packet

/// The cloud's own forms of a record, version 1.
extension FlowRecord {
    /// Keys of a record in a log topic, in the order of the text form.
    public static let keys = [
        "version", "account-id", "eni-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets", "bytes",
        "start", "end", "action", "log-status",
    ]

    /// The values of `keys`, in their order. What a NODATA or SKIPDATA record does not have is `-`.
    public var values: [String] {
        let tuple: [String]
        var action = "-"
        if let traffic {
            tuple = [
                traffic.source.description, traffic.destination.description, String(traffic.sourcePort),
                String(traffic.destinationPort), String(traffic.transport), String(traffic.packets),
                String(traffic.bytes),
            ]
            action = traffic.action.text
        } else {
            tuple = Array(repeating: "-", count: 7)
        }
        return ["1", accountID, networkInterfaceID] + tuple
            + [String(window.start), String(window.end), action, status.text]
    }

    /// The 14 fields, separated by one space.
    public var textLine: String { values.joined(separator: " ") }

    /// Fields beyond the published ones, in their order behind them; none of them unless asked for.
    public enum OptionalField: String, Sendable, Hashable, CaseIterable {
        case vpcID = "vpc-id"
        case subnetID = "subnet-id"
        case instanceID = "vm-id"
        /// `in` or `out`, seen from the ENI.
        case direction
        /// OR of the TCP flags seen, as a number.
        case tcpFlags = "tcp-flags"
        /// Unix milliseconds.
        case firstPacket = "first-packet"
        case lastPacket = "last-packet"
        /// `security-group`, `network-acl`, `host-firewall`, joined by `+`.
        case rejectReason = "reject-reason"
    }

    /// The value of an optional field; `-` when the record has none.
    public func value(of field: OptionalField) -> String {
        let value: String? =
            switch field {
            case .vpcID: place?.vpcID
            case .subnetID: place?.subnetID
            case .instanceID: place?.instanceID
            case .direction: traffic.map { $0.direction == .ingress ? "in" : "out" }
            case .tcpFlags: traffic.map { String($0.tcpFlags) }
            case .firstPacket: traffic?.times.map { String($0.lowerBound) }
            case .lastPacket: traffic?.times.map { String($0.upperBound) }
            case .rejectReason: traffic?.rejectReasons.text
            }
        return value.flatMap { $0.isEmpty ? nil : $0 } ?? "-"
    }

    /// The 14 fields and then the optional ones, separated by one space.
    public func textLine(with fields: [OptionalField]) -> String {
        (values + fields.map(value(of:))).joined(separator: " ")
    }
}
