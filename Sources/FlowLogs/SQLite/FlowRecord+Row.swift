import GRDB
import Model
import Packet

extension FlowRecord {
    /// Columns that `init(row:)` reads, of `record r` or `open_record r` joined with `stream s`.
    static let columns = """
        r.window_start, r.window_end, r.status, r.direction, r.transport, r.source, r.destination, r.source_port, \
        r.destination_port, r.tcp_flags, r.action, r.packets, r.bytes, r.mark, s.account_id, s.flow_log_id, \
        s.network_interface_id
        """

    /// Reads a stored row; `nil` when it is damaged, which no value in it may hide or turn into a trap.
    init?(row: Row, isOpen: Bool) {
        func number<T: FixedWidthInteger>(_ column: Int) -> T? {
            guard case .int64(let value) = (row[column] as DatabaseValue).storage else { return nil }
            return T(exactly: value)
        }
        func text(_ column: Int) -> String? {
            guard case .string(let value) = (row[column] as DatabaseValue).storage else { return nil }
            return value
        }
        guard let start: Int64 = number(0), let end: Int64 = number(1), start >= 0, start < end,
            let rawStatus: UInt8 = number(2), let status = FlowLogStatus(rawValue: rawStatus),
            let packets: UInt64 = number(11), let bytes: UInt64 = number(12), let mark: Int64 = number(13),
            let accountID = text(14), let flowLogID = text(15), let networkInterfaceID = text(16)
        else { return nil }
        let content: Content
        switch status {
        case .noData: content = .noData
        case .skipData:
            content = .loss(FlowLoss(packets: packets, bytes: bytes, causes: FlowLoss.Causes(rawValue: mark)))
        case .ok:
            guard let rawDirection: UInt8 = number(3), let direction = FlowDirection(rawValue: rawDirection),
                let transport: UInt8 = number(4), let source = IPAddress(stored: row[5]),
                let destination = IPAddress(stored: row[6]), let sourcePort: UInt16 = number(7),
                let destinationPort: UInt16 = number(8), let tcpFlags: UInt8 = number(9),
                let rawAction: UInt8 = number(10), let action = FlowAction(rawValue: rawAction)
            else { return nil }
            content = .traffic(
                FlowTraffic(
                    direction: direction, source: source, destination: destination, sourcePort: sourcePort,
                    destinationPort: destinationPort, transport: transport, tcpFlags: tcpFlags, packets: packets,
                    bytes: bytes, action: action, isSaturated: mark != 0))
        }
        self.init(
            stream: FlowStream(
                accountID: accountID, flowLogID: flowLogID, networkInterfaceID: networkInterfaceID),
            window: FlowWindow(start: start, end: end), isOpen: isOpen, content: content)
    }
}
