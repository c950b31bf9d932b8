public import Model
public import Packet

/// What one five-tuple carried over an ENI in one direction, with one verdict, in one window.
public struct FlowTraffic: Sendable, Hashable {
    /// Direction seen from the ENI.
    public var direction: FlowDirection
    public var source: IPAddress
    public var destination: IPAddress
    /// 0 for protocols without ports and for later fragments.
    public var sourcePort: UInt16
    public var destinationPort: UInt16
    /// IANA protocol number.
    public var transport: UInt8
    /// OR of the TCP flags seen.
    public var tcpFlags: UInt8
    /// Wire packets.
    public var packets: UInt64
    /// Σ IP total length.
    public var bytes: UInt64
    public var action: FlowAction
    /// The true counts are larger than the largest number that fits, 2^63 − 1, which stands here instead.
    public var isSaturated: Bool
    /// When the first and the last packet came, Unix milliseconds, to a tick of the kernel's clock (1 to 10 ms). Kept
    /// when the server asks for it. Of an accepted flow that was refused too within the window: of all its packets.
    public var times: ClosedRange<Int64>?
    /// Which firewalls refused the packets of a rejected flow; kept like `times`.
    public var rejectReasons: RejectReasons = []

    public init(
        direction: FlowDirection, source: IPAddress, destination: IPAddress, sourcePort: UInt16,
        destinationPort: UInt16, transport: UInt8, tcpFlags: UInt8, packets: UInt64, bytes: UInt64,
        action: FlowAction, isSaturated: Bool = false
    ) {
        self.direction = direction
        self.source = source
        self.destination = destination
        self.sourcePort = sourcePort
        self.destinationPort = destinationPort
        self.transport = transport
        self.tcpFlags = tcpFlags
        self.packets = packets
        self.bytes = bytes
        self.action = action
        self.isSaturated = isSaturated
    }
}
