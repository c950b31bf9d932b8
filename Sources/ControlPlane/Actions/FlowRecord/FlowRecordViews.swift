import FlowLogs
import Model
import Packet

/// A flow record as the API shows it; five-tuple and counts are absent on NODATA and SKIPDATA.
public struct FlowRecordView: Codable, Sendable {
    public var FlowLogId: String
    public var AccountId: String
    public var NetworkInterfaceId: String
    /// Where the ENI was, when the server keeps that (`flow-logs.places`).
    public var VpcId: String?
    public var SubnetId: String?
    public var InstanceId: String?
    /// `ingress` or `egress`, seen from the ENI.
    public var Direction: String?
    public var SourceAddress: String?
    public var DestinationAddress: String?
    public var SourcePort: Int?
    public var DestinationPort: Int?
    /// IANA number.
    public var ProtocolNumber: Int?
    public var TcpFlags: Int?
    public var Packets: UInt64?
    public var Bytes: UInt64?
    /// Window bounds, Unix seconds.
    public var Start: Int64
    public var End: Int64
    /// `ACCEPT` or `REJECT`.
    public var Action: String?
    /// `OK`, `NODATA` or `SKIPDATA`.
    public var LogStatus: String
    /// The window still runs.
    public var Open: Bool
    public var LostPackets: UInt64?
    public var LostBytes: UInt64?
    /// Whether the loss is known to the packet.
    public var LossIsExact: Bool?
    public var LossCauses: [String]?
    /// The record in the cloud's text form.
    public var Text: String

    init(_ record: FlowRecord) {
        FlowLogId = record.flowLogID
        AccountId = record.accountID
        NetworkInterfaceId = record.networkInterfaceID
        VpcId = record.place?.vpcID
        SubnetId = record.place?.subnetID
        InstanceId = record.place?.instanceID
        Start = record.window.start
        End = record.window.end
        LogStatus = record.status.text
        Open = record.isOpen
        Text = record.textLine
        if let traffic = record.traffic {
            Direction = traffic.direction == .ingress ? "ingress" : "egress"
            SourceAddress = traffic.source.description
            DestinationAddress = traffic.destination.description
            SourcePort = Int(traffic.sourcePort)
            DestinationPort = Int(traffic.destinationPort)
            ProtocolNumber = Int(traffic.transport)
            TcpFlags = Int(traffic.tcpFlags)
            Packets = traffic.packets
            Bytes = traffic.bytes
            Action = traffic.action.text
        }
        if let loss = record.loss {
            LostPackets = loss.packets
            LostBytes = loss.bytes
            LossIsExact = loss.isExact
            LossCauses = loss.causes.names
        }
    }
}

/// `SearchFlowRecords` and `TailFlowRecords`.
public struct FlowRecordPage: Codable, Sendable {
    public var Records: [FlowRecordView]
    /// Empty after the last page. A tail goes on from it.
    public var NextToken: String
}

/// `SumFlowRecords`.
public struct FlowRecordSums: Codable, Sendable {
    public struct Count: Codable, Sendable {
        public var Records: UInt64
        public var Packets: UInt64
        public var Bytes: UInt64

        init(_ count: FlowSums.Count) {
            Records = count.records
            Packets = count.packets
            Bytes = count.bytes
        }
    }
    public var Accepted: Count
    public var Rejected: Count
    /// From SKIPDATA records.
    public var Lost: Count
    public var IsExact: Bool
}
