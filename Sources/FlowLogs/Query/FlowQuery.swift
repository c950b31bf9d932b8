public import Model
public import Packet

/// Which records are wanted. What is `nil` does not restrict.
///
/// Parts of the five-tuple, direction and action are properties of traffic: with any of them set, NODATA and
/// SKIPDATA records do not match.
public struct FlowQuery: Sendable, Hashable {
    /// Records a page may hold at most.
    public static let limitRange: ClosedRange<Int> = 1...10_000

    /// Owner of the records; `nil` is every account, for operators only.
    public var accountID: String?
    public var flowLogID: String?
    public var networkInterfaceID: String?
    /// Unix seconds: windows that ended after this.
    public var endedAfter: Int64?
    /// Unix seconds: windows that ended at this or before.
    public var endedThrough: Int64?
    public var source: AddressBlock?
    public var destination: AddressBlock?
    public var sourcePorts: PortRange?
    public var destinationPorts: PortRange?
    /// IANA protocol number.
    public var transport: UInt8?
    public var direction: FlowDirection?
    public var action: FlowAction?
    /// Empty is every status.
    public var statuses: Set<FlowLogStatus>
    /// Latest windows first.
    public var newestFirst: Bool
    /// Also what has gathered so far in windows that still run: after the closed ones, or before them with
    /// `newestFirst`. For `search` and `sums` only.
    public var includeOpen: Bool
    /// Records of a page, within `limitRange`.
    public var limit: Int
    /// Where the page before ended; `nil` is the first page.
    public var cursor: String?

    public init(
        accountID: String?, flowLogID: String? = nil, networkInterfaceID: String? = nil, endedAfter: Int64? = nil,
        endedThrough: Int64? = nil, source: AddressBlock? = nil, destination: AddressBlock? = nil,
        sourcePorts: PortRange? = nil, destinationPorts: PortRange? = nil, transport: UInt8? = nil,
        direction: FlowDirection? = nil, action: FlowAction? = nil, statuses: Set<FlowLogStatus> = [],
        newestFirst: Bool = false, includeOpen: Bool = false, limit: Int = 100, cursor: String? = nil
    ) {
        self.accountID = accountID
        self.flowLogID = flowLogID
        self.networkInterfaceID = networkInterfaceID
        self.endedAfter = endedAfter
        self.endedThrough = endedThrough
        self.source = source
        self.destination = destination
        self.sourcePorts = sourcePorts
        self.destinationPorts = destinationPorts
        self.transport = transport
        self.direction = direction
        self.action = action
        self.statuses = statuses
        self.newestFirst = newestFirst
        self.includeOpen = includeOpen
        self.limit = limit
        self.cursor = cursor
    }
}
