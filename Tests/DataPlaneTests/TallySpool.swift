import DataPlane
import Model
import Packet

/// A spool that adds slices up by ENI and flow of IPv4, for more of them than memory should hold.
final class TallySpool: SliceSpool {
    struct Flow: Hashable {
        var networkInterfaceID: String
        var direction: FlowDirection
        var transport: UInt8
        var sourcePort: UInt16
        var destinationPort: UInt16
    }

    private var last: UInt64 = 0
    private(set) var drains = 0
    private(set) var skippedPackets: UInt64 = 0
    private(set) var flows: [Flow: MemorySpool.Sum] = [:]

    var completeThrough: Int64? { nil }

    func contains(mapGeneration: UInt64) throws -> Bool { mapGeneration <= last }

    func append(_ slices: [FlowSlice], mapGeneration: UInt64) throws {
        last = mapGeneration
        drains += 1
        for slice in slices {
            skippedPackets += slice.skippedPackets
            for entry in slice.entries where entry.source.ipv4 != nil {
                let flow = Flow(
                    networkInterfaceID: slice.networkInterfaceID, direction: entry.direction,
                    transport: entry.transport, sourcePort: entry.sourcePort, destinationPort: entry.destinationPort)
                flows[flow, default: MemorySpool.Sum()].accepted += entry.acceptedPackets
                flows[flow, default: MemorySpool.Sum()].acceptedBytes += entry.acceptedBytes
                flows[flow, default: MemorySpool.Sum()].rejected += entry.rejectedPackets
                flows[flow, default: MemorySpool.Sum()].rejectedBytes += entry.rejectedBytes
            }
        }
    }

    /// The flows of one ENI in one direction, to one port or to any.
    func flows(_ networkInterfaceID: String, _ direction: FlowDirection, port: UInt16? = nil) -> [MemorySpool.Sum] {
        flows.filter {
            $0.key.networkInterfaceID == networkInterfaceID && $0.key.direction == direction
                && (port == nil || $0.key.destinationPort == port)
        }.map(\.value)
    }
}
