import ControlPlane
import FlowLogs
import Model
import Packet

extension FlowRecordView {
    /// The record that is shown.
    /// - Throws: `FlowLogError.damaged` when a server shows what no record can be.
    func record() throws(FlowLogError) -> FlowRecord {
        guard let content, Start < End else { throw .damaged("the server's answer", Text) }
        let place =
            VpcId == nil && SubnetId == nil && InstanceId == nil
            ? nil : FlowPlace(vpcID: VpcId ?? "", subnetID: SubnetId ?? "", instanceID: InstanceId ?? "")
        let stream = FlowStream(
            accountID: AccountId, flowLogID: FlowLogId, networkInterfaceID: NetworkInterfaceId, place: place)
        return FlowRecord(stream: stream, window: FlowWindow(start: Start, end: End), isOpen: Open, content: content)
    }

    private var content: FlowRecord.Content? {
        switch FlowLogStatus(text: LogStatus) {
        case .noData: return .noData
        case .skipData:
            guard let LostPackets, let LostBytes else { return nil }
            return .loss(FlowLoss(packets: LostPackets, bytes: LostBytes, causes: causes))
        case .ok: return traffic.map { .traffic($0) }
        case nil: return nil
        }
    }

    private var traffic: FlowTraffic? {
        guard let source = SourceAddress.flatMap({ IPAddress($0) }),
            let destination = DestinationAddress.flatMap({ IPAddress($0) }),
            let sourcePort = SourcePort.flatMap({ UInt16(exactly: $0) }),
            let destinationPort = DestinationPort.flatMap({ UInt16(exactly: $0) }),
            let transport = ProtocolNumber.flatMap({ UInt8(exactly: $0) }),
            let flags = TcpFlags.flatMap({ UInt8(exactly: $0) }), let Packets, let Bytes,
            let action = Action.flatMap({ FlowAction(text: $0) })
        else { return nil }
        var traffic = FlowTraffic(
            direction: Direction == "ingress" ? .ingress : .egress, source: source, destination: destination,
            sourcePort: sourcePort, destinationPort: destinationPort, transport: transport, tcpFlags: flags,
            packets: Packets, bytes: Bytes, action: action, isSaturated: CountsSaturated ?? false)
        if let FirstPacket, let LastPacket {
            guard 0 < FirstPacket, FirstPacket <= LastPacket else { return nil }
            traffic.times = FirstPacket...LastPacket
        }
        traffic.rejectReasons = Packet.RejectReasons(text: (RejectReasons ?? []).joined(separator: "+"))
        return traffic
    }

    /// From their names; those that this version does not know are left out.
    private var causes: FlowLoss.Causes {
        var causes: FlowLoss.Causes = []
        for name in LossCauses ?? [] {
            for bit in 0..<Int64(32) where FlowLoss.Causes(rawValue: 1 << bit).names == [name] {
                causes.insert(FlowLoss.Causes(rawValue: 1 << bit))
            }
        }
        return causes
    }
}
