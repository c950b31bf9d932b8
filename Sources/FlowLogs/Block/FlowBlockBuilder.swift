import Model
import Packet

/// Makes a `FlowBlock` row by row.
public struct FlowBlockBuilder: Sendable {
    public private(set) var block = FlowBlock()
    private var streamIndex: [FlowStream: UInt32] = [:]
    private var addressIndex: [IPAddress: UInt32] = [:]
    private var lastStream: (value: FlowStream, index: UInt32)?
    private var lastSource: (value: IPAddress, index: UInt32)?

    public init() {}

    /// No further record fits.
    public var isFull: Bool { block.count >= FlowBlock.maximumRecords }

    public mutating func reserve(_ count: Int) {
        let count = min(count, FlowBlock.maximumRecords)
        block.stream.reserveCapacity(count)
        block.start.reserveCapacity(count)
        block.end.reserveCapacity(count)
        block.status.reserveCapacity(count)
        block.direction.reserveCapacity(count)
        block.transport.reserveCapacity(count)
        block.source.reserveCapacity(count)
        block.destination.reserveCapacity(count)
        block.sourcePort.reserveCapacity(count)
        block.destinationPort.reserveCapacity(count)
        block.tcpFlags.reserveCapacity(count)
        block.action.reserveCapacity(count)
        block.packets.reserveCapacity(count)
        block.bytes.reserveCapacity(count)
        block.mark.reserveCapacity(count)
    }

    /// Adds the record, unless the block is full or the record cannot be (an empty or reversed window). Counts above
    /// 2^63 − 1 are cut to it and marked.
    @discardableResult
    public mutating func append(_ record: FlowRecord) -> Bool {
        switch record.content {
        case .traffic(let traffic): return append(traffic, stream: record.stream, window: record.window)
        case .noData:
            return appendOther(.noData, 0, 0, mark: 0, stream: record.stream, window: record.window)
        case .loss(let loss):
            var causes = loss.causes
            if max(loss.packets, loss.bytes) > UInt64(Int64.max) { causes.insert(.countOverflow) }
            return appendOther(
                .skipData, loss.packets, loss.bytes, mark: UInt32(truncatingIfNeeded: causes.rawValue),
                stream: record.stream, window: record.window)
        }
    }

    /// As `append(_:)`, for traffic.
    @discardableResult
    public mutating func append(_ traffic: FlowTraffic, stream: FlowStream, window: FlowWindow) -> Bool {
        guard !isFull, window.start < window.end else { return false }
        let isCut = max(traffic.packets, traffic.bytes) > UInt64(Int64.max)
        append(stream, window)
        block.status.append(FlowLogStatus.ok.rawValue)
        block.direction.append(traffic.direction.rawValue)
        block.transport.append(traffic.transport)
        if let lastSource, lastSource.value == traffic.source {
            block.source.append(lastSource.index)
        } else {
            let index = index(of: traffic.source)
            lastSource = (traffic.source, index)
            block.source.append(index)
        }
        block.destination.append(index(of: traffic.destination))
        block.sourcePort.append(traffic.sourcePort)
        block.destinationPort.append(traffic.destinationPort)
        block.tcpFlags.append(traffic.tcpFlags)
        block.action.append(traffic.action.rawValue)
        block.packets.append(min(traffic.packets, UInt64(Int64.max)))
        block.bytes.append(min(traffic.bytes, UInt64(Int64.max)))
        block.mark.append(traffic.isSaturated || isCut ? 1 : 0)
        if traffic.times != nil || !traffic.rejectReasons.isEmpty || block.hasDetails {
            fillDetails(block.count - 1)
            block.firstPacket.append(traffic.times?.lowerBound ?? 0)
            block.lastPacket.append(traffic.times?.upperBound ?? 0)
            block.rejectReasons.append(traffic.rejectReasons.rawValue)
        }
        return true
    }

    /// Adds the rows of a block from there on, as many as fit, and returns the first that did not.
    mutating func append(_ other: FlowBlock, from first: Int) -> Int {
        let last = min(other.count, first + FlowBlock.maximumRecords - block.count)
        guard first < last else { return first }
        let rows = first..<last
        if other.hasDetails {
            fillDetails(block.count)
            block.firstPacket.append(contentsOf: other.firstPacket[rows])
            block.lastPacket.append(contentsOf: other.lastPacket[rows])
            block.rejectReasons.append(contentsOf: other.rejectReasons[rows])
        } else if block.hasDetails {
            fillDetails(block.count + rows.count)
        }
        let streams = other.streams.map { index(of: $0) }
        // An address that these rows do not have is not taken over.
        var addresses = [UInt32](repeating: .max, count: other.addresses.count)
        func place(_ old: UInt32) -> UInt32 {
            if addresses[Int(old)] == .max { addresses[Int(old)] = index(of: other.addresses[Int(old)]) }
            return addresses[Int(old)]
        }
        for row in rows {
            block.stream.append(streams[Int(other.stream[row])])
            block.source.append(place(other.source[row]))
            block.destination.append(place(other.destination[row]))
        }
        block.start.append(contentsOf: other.start[rows])
        block.end.append(contentsOf: other.end[rows])
        block.status.append(contentsOf: other.status[rows])
        block.direction.append(contentsOf: other.direction[rows])
        block.transport.append(contentsOf: other.transport[rows])
        block.sourcePort.append(contentsOf: other.sourcePort[rows])
        block.destinationPort.append(contentsOf: other.destinationPort[rows])
        block.tcpFlags.append(contentsOf: other.tcpFlags[rows])
        block.action.append(contentsOf: other.action[rows])
        block.packets.append(contentsOf: other.packets[rows])
        block.bytes.append(contentsOf: other.bytes[rows])
        block.mark.append(contentsOf: other.mark[rows])
        return last
    }

    private mutating func appendOther(
        _ status: FlowLogStatus, _ packets: UInt64, _ bytes: UInt64, mark: UInt32, stream: FlowStream,
        window: FlowWindow
    ) -> Bool {
        guard !isFull, window.start < window.end else { return false }
        append(stream, window)
        // Keeps the rule that every index is in range.
        if block.addresses.isEmpty { _ = index(of: IPAddress(IPv4Address(rawValue: 0))) }
        block.status.append(status.rawValue)
        block.direction.append(0)
        block.transport.append(0)
        block.source.append(0)
        block.destination.append(0)
        block.sourcePort.append(0)
        block.destinationPort.append(0)
        block.tcpFlags.append(0)
        block.action.append(0)
        block.packets.append(min(packets, UInt64(Int64.max)))
        block.bytes.append(min(bytes, UInt64(Int64.max)))
        block.mark.append(mark)
        if block.hasDetails { fillDetails(block.count) }
        return true
    }

    /// Makes the columns of details so long; what they did not have is not known.
    private mutating func fillDetails(_ rows: Int) {
        let missing = rows - block.firstPacket.count
        guard missing > 0 else { return }
        block.firstPacket.append(contentsOf: repeatElement(0, count: missing))
        block.lastPacket.append(contentsOf: repeatElement(0, count: missing))
        block.rejectReasons.append(contentsOf: repeatElement(0, count: missing))
    }

    private mutating func append(_ stream: FlowStream, _ window: FlowWindow) {
        if let lastStream, lastStream.value == stream {
            block.stream.append(lastStream.index)
        } else {
            let index = index(of: stream)
            lastStream = (stream, index)
            block.stream.append(index)
        }
        block.start.append(window.start)
        block.end.append(window.end)
    }

    private mutating func index(of stream: FlowStream) -> UInt32 {
        if let index = streamIndex[stream] { return index }
        let index = UInt32(block.streams.count)
        streamIndex[stream] = index
        block.streams.append(stream)
        return index
    }

    private mutating func index(of address: IPAddress) -> UInt32 {
        if let index = addressIndex[address] { return index }
        let index = UInt32(block.addresses.count)
        addressIndex[address] = index
        block.addresses.append(address)
        return index
    }
}

extension FlowBlock {
    /// The records, in their order, in as few blocks as they fit; records that cannot be are left out.
    public static func blocks(of records: some Sequence<FlowRecord>) -> [FlowBlock] {
        var blocks: [FlowBlock] = []
        var builder = FlowBlockBuilder()
        for record in records {
            if builder.isFull {
                blocks.append(builder.block)
                builder = FlowBlockBuilder()
            }
            builder.append(record)
        }
        if !builder.block.isEmpty { blocks.append(builder.block) }
        return blocks
    }
}
