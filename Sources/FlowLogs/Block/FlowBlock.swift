public import Model
import Packet

/// Some closed records as columns: what the journal holds, the files hold and queries walk over.
///
/// Row `n` is one record; every column has `count` values. Streams and addresses are dictionaries: a condition on them
/// is decided once for each distinct value, then looked up by the row's index. Every index is in range, every `status`,
/// `direction` and `action` is a raw value of its type, `start < end`, and counts fit 63 bits: builder and decoder make
/// sure of it. In rows whose status is not OK, the columns of the five-tuple (`source` to `action`) hold zeros that
/// mean nothing.
public struct FlowBlock: Sendable, Equatable {
    /// Records a block holds at most.
    public static let maximumRecords = 65_536

    /// Distinct streams and addresses, in the order in which they came.
    public internal(set) var streams: [FlowStream] = []
    public internal(set) var addresses: [IPAddress] = []

    /// Index into `streams`.
    public internal(set) var stream: [UInt32] = []
    /// Window bounds, Unix seconds.
    public internal(set) var start: [Int64] = []
    public internal(set) var end: [Int64] = []
    /// Raw values of `FlowLogStatus`.
    public internal(set) var status: [UInt8] = []
    /// Raw values of `FlowDirection`.
    public internal(set) var direction: [UInt8] = []
    /// IANA protocol numbers.
    public internal(set) var transport: [UInt8] = []
    /// Indices into `addresses`.
    public internal(set) var source: [UInt32] = []
    public internal(set) var destination: [UInt32] = []
    public internal(set) var sourcePort: [UInt16] = []
    public internal(set) var destinationPort: [UInt16] = []
    public internal(set) var tcpFlags: [UInt8] = []
    /// Raw values of `FlowAction`.
    public internal(set) var action: [UInt8] = []
    /// Wire packets and Σ IP total length; of a SKIPDATA record those that were lost, of NODATA 0.
    public internal(set) var packets: [UInt64] = []
    public internal(set) var bytes: [UInt64] = []
    /// OK: 1 when the counts are saturated, else 0. SKIPDATA: `FlowLoss.Causes`. NODATA: 0.
    public internal(set) var mark: [UInt32] = []
    /// Details of the records, or no rows at all when none has any: when the first and the last packet came (Unix
    /// milliseconds, 0 when not known), and raw values of `RejectReasons`.
    public internal(set) var firstPacket: [Int64] = []
    public internal(set) var lastPacket: [Int64] = []
    public internal(set) var rejectReasons: [UInt8] = []

    public init() {}

    public var count: Int { stream.count }
    public var isEmpty: Bool { stream.isEmpty }
    var hasDetails: Bool { !firstPacket.isEmpty }

    /// The record in that row, which must be in `0..<count`.
    public func record(at row: Int, isOpen: Bool = false) -> FlowRecord {
        let content: FlowRecord.Content
        switch FlowLogStatus(rawValue: status[row]) {
        case .skipData:
            content = .loss(
                FlowLoss(
                    packets: packets[row], bytes: bytes[row], causes: FlowLoss.Causes(rawValue: Int64(mark[row]))))
        case .ok:
            var traffic = FlowTraffic(
                direction: direction[row] == FlowDirection.ingress.rawValue ? .ingress : .egress,
                source: addresses[Int(source[row])], destination: addresses[Int(destination[row])],
                sourcePort: sourcePort[row], destinationPort: destinationPort[row], transport: transport[row],
                tcpFlags: tcpFlags[row], packets: packets[row], bytes: bytes[row],
                action: action[row] == FlowAction.accept.rawValue ? .accept : .reject, isSaturated: mark[row] != 0)
            if hasDetails {
                if firstPacket[row] > 0 { traffic.times = firstPacket[row]...lastPacket[row] }
                traffic.rejectReasons = RejectReasons(rawValue: rejectReasons[row])
            }
            content = .traffic(traffic)
        case .noData, nil: content = .noData
        }
        return FlowRecord(
            stream: streams[Int(stream[row])], window: FlowWindow(start: start[row], end: end[row]), isOpen: isOpen,
            content: content)
    }

    /// All records, in the order of the rows.
    public var records: [FlowRecord] { (0..<count).map { record(at: $0) } }

    /// The first and the last window end of its records; `nil` when it has none.
    public var ends: ClosedRange<Int64>? {
        guard let low = end.min(), let high = end.max() else { return nil }
        return low...high
    }
}
