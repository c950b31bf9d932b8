public import Packet

/// One field of a record compared with values; several values are alternatives.
public enum FlowCondition: Sendable, Hashable {
    public enum AddressField: Sendable, Hashable, CaseIterable { case source, destination }

    /// Fields with a number. Packets and bytes are those of traffic, not of a loss.
    public enum NumberField: Sendable, Hashable, CaseIterable {
        case sourcePort, destinationPort, transport, packets, bytes
    }

    /// Fields with a name, which is compared exactly.
    public enum TextField: Sendable, Hashable, CaseIterable { case flowLog, networkInterface, vpc, subnet, instance }

    case address(AddressField, [AddressBlock])
    case number(NumberField, [ClosedRange<UInt64>])
    case text(TextField, [String])
    /// Each alternative is a set of TCP flags that were all seen. Only TCP has flags.
    case tcpFlags([TCPFlags])
    case direction(FlowDirection)
    case action(FlowAction)
    /// One of them refused. Records that do not say match neither way.
    case rejectReasons(RejectReasons)
    case status([FlowLogStatus])
}

/// TCP flags as bits of the header's flags octet (RFC 9293, RFC 3168).
public struct TCPFlags: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The flags' names, lowest bit first.
    public static let names = ["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"]

    /// Reads the name of one flag in lower case; `nil` for anything else.
    public init?(name: String) {
        guard let bit = Self.names.firstIndex(of: name) else { return nil }
        self.init(rawValue: 1 << UInt8(bit))
    }

    /// Names of the flags that are set, joined by `+`.
    public var text: String {
        Self.names.enumerated().filter { rawValue >> UInt8($0.offset) & 1 == 1 }.map(\.element).joined(separator: "+")
    }
}
