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
    /// When the first and the last packet came, Unix milliseconds, and which firewalls refused (`security-group`,
    /// `network-acl`, `host-firewall`), when the server keeps that (`flow-logs.details`).
    public var FirstPacket: Int64?
    public var LastPacket: Int64?
    public var RejectReasons: [String]?
    public var Packets: UInt64?
    public var Bytes: UInt64?
    /// `true` when the true counts are larger than the largest number that fits, which stands there instead.
    public var CountsSaturated: Bool?
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
            FirstPacket = traffic.times?.lowerBound
            LastPacket = traffic.times?.upperBound
            if !traffic.rejectReasons.isEmpty { RejectReasons = traffic.rejectReasons.names }
            Packets = traffic.packets
            Bytes = traffic.bytes
            CountsSaturated = traffic.isSaturated ? true : nil
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
    /// Records of the store, and how many of them this page and those before it have dealt with; a page may come
    /// with few records, or none, when the search takes long.
    public var StoredRecords: UInt64
    public var ScannedRecords: UInt64
    /// What could not be read, by name and reason.
    public var Damaged: [String]

    init(_ page: FlowPage) {
        Records = page.records.map(FlowRecordView.init)
        NextToken = page.cursor ?? ""
        StoredRecords = page.total
        ScannedRecords = page.scanned
        Damaged = page.damaged
    }
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
    /// Empty when the answer is whole; else ask again with it.
    public var QueryId = ""
    /// Records that have been looked at, of those that have to be; only as long as the answer is not whole.
    public var ScannedRecords: UInt64 = 0
    public var TotalRecords: UInt64 = 0
    public var Accepted: Count
    public var Rejected: Count
    /// From SKIPDATA records.
    public var Lost: Count
    public var IsExact: Bool
    /// What could not be read, by name and reason.
    public var Damaged: [String]

    init(_ sums: FlowSums) {
        Accepted = Count(sums.accepted)
        Rejected = Count(sums.rejected)
        Lost = Count(sums.lost)
        IsExact = sums.isExact
        Damaged = sums.damaged
    }

    /// Still under way.
    init(queryID: String, scanned: UInt64, total: UInt64) {
        self.init(FlowSums())
        (QueryId, ScannedRecords, TotalRecords) = (queryID, scanned, total)
    }
}

/// `AggregateFlowRecords`.
public struct FlowRecordGroups: Codable, Sendable {
    public struct Group: Codable, Sendable {
        /// One for each of `Keys`; `-` for what a record does not have.
        public var Values: [String]
        public var Records: UInt64
        public var Packets: UInt64
        public var Bytes: UInt64
    }

    /// Empty when the answer is whole; else ask again with it.
    public var QueryId: String
    /// Records that have been looked at, of those that have to be.
    public var ScannedRecords: UInt64
    public var TotalRecords: UInt64
    public var Keys: [String]
    public var Groups: [Group]
    /// Of everything that matches.
    public var Total: FlowRecordSums.Count
    /// Of what is in no group above.
    public var Others: FlowRecordSums.Count
    public var DistinctGroups: UInt64
    /// Whether all groups were kept to the end.
    public var IsComplete: Bool
    public var IsExact: Bool
    /// What could not be read, by name and reason.
    public var Damaged: [String]

    /// Still under way.
    init(queryID: String, scanned: UInt64, total: UInt64) {
        self.init(FlowGroups(), [])
        QueryId = queryID
        ScannedRecords = scanned
        TotalRecords = total
    }

    init(_ groups: FlowGroups, _ keys: [FlowGrouping.Key]) {
        QueryId = ""
        ScannedRecords = groups.scannedRecords
        TotalRecords = groups.scannedRecords
        Keys = keys.map(\.word)
        Groups = groups.groups.map { group in
            Group(
                Values: zip(group.values, keys).map { $0.text($1) }, Records: group.count.records,
                Packets: group.count.packets, Bytes: group.count.bytes)
        }
        Total = .init(groups.total)
        Others = .init(groups.others)
        DistinctGroups = groups.distinct
        IsComplete = groups.isComplete
        IsExact = groups.isExact
        Damaged = groups.damaged
    }
}
