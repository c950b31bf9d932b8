/// Columns of a `FlowBlock`. `status` goes with every one of them, and so does `stream` with its account IDs.
public struct FlowColumns: OptionSet, Sendable, Hashable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let start = FlowColumns(rawValue: 1 << 0)
    public static let end = FlowColumns(rawValue: 1 << 1)
    public static let direction = FlowColumns(rawValue: 1 << 2)
    public static let transport = FlowColumns(rawValue: 1 << 3)
    public static let source = FlowColumns(rawValue: 1 << 4)
    public static let destination = FlowColumns(rawValue: 1 << 5)
    public static let sourcePort = FlowColumns(rawValue: 1 << 6)
    public static let destinationPort = FlowColumns(rawValue: 1 << 7)
    public static let tcpFlags = FlowColumns(rawValue: 1 << 8)
    public static let action = FlowColumns(rawValue: 1 << 9)
    public static let packets = FlowColumns(rawValue: 1 << 10)
    public static let bytes = FlowColumns(rawValue: 1 << 11)
    public static let mark = FlowColumns(rawValue: 1 << 12)
    /// Times of packets and reasons of refusals.
    public static let details = FlowColumns(rawValue: 1 << 13)
    /// What a stream names beside its account.
    public static let names = FlowColumns(rawValue: 1 << 14)
    public static let all = FlowColumns(rawValue: (1 << 15) - 1)
}
