import DataPlane
import Packet

/// A spool that keeps slices in memory, and fails when told to.
final class MemorySpool: SliceSpool {
    struct Full: Error {}

    private(set) var generations: [UInt64] = []
    private(set) var slices: [FlowSlice] = []
    /// Those of which a part was not counted.
    private(set) var gaps: [FlowSlice] = []
    private(set) var completeThrough: Int64?
    var isFull = false
    /// Keeps the next batch but reports failure, as a process killed right after the sync would.
    var failsAfterwards = false

    func contains(mapGeneration: UInt64) throws -> Bool { generations.contains(mapGeneration) }

    func append(_ slices: [FlowSlice], mapGeneration: UInt64) throws {
        if isFull { throw Full() }
        generations.append(mapGeneration)
        // What says that nothing passed is of no matter to sums.
        self.slices += slices.filter { !$0.entries.isEmpty || $0.skippedPackets > 0 }
        gaps += slices.filter(\.hasGap)
        completeThrough = slices.map(\.endMilliseconds).max() ?? completeThrough
        if failsAfterwards {
            failsAfterwards = false
            throw Full()
        }
    }

    struct Sum: Equatable {
        var accepted: UInt64 = 0
        var acceptedBytes: UInt64 = 0
        var rejected: UInt64 = 0
        var rejectedBytes: UInt64 = 0
    }

    /// Over all slices of one ENI: entries of one direction and destination port.
    func sum(_ networkInterfaceID: String, _ direction: FlowDirection, port: UInt16? = nil, transport: UInt8 = 17)
        -> Sum
    {
        var sum = Sum()
        for slice in slices where slice.networkInterfaceID == networkInterfaceID {
            for entry in slice.entries
            where entry.direction == direction && entry.transport == transport
                && (port == nil || entry.destinationPort == port)
            {
                sum.accepted += entry.acceptedPackets
                sum.acceptedBytes += entry.acceptedBytes
                sum.rejected += entry.rejectedPackets
                sum.rejectedBytes += entry.rejectedBytes
            }
        }
        return sum
    }
}
