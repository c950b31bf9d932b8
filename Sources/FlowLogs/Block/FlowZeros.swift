import Model

/// Columns of zeros, for what is not read of a block: full ones share their memory.
enum FlowZeros {
    private static let full: FlowBlock = make(FlowBlock.maximumRecords)

    /// A block of so many rows, at most `FlowBlock.maximumRecords`, without streams.
    static func block(_ rows: Int) -> FlowBlock { rows == FlowBlock.maximumRecords ? full : make(rows) }

    static func bytes(_ rows: Int, _ value: UInt8) -> [UInt8] {
        rows == FlowBlock.maximumRecords && value == 0 ? full.status : Array(repeating: value, count: rows)
    }

    static func words(_ rows: Int) -> [UInt32] {
        rows == FlowBlock.maximumRecords ? full.stream : Array(repeating: 0, count: rows)
    }

    private static func make(_ rows: Int) -> FlowBlock {
        let bytes = [UInt8](repeating: 0, count: rows)
        let ports = [UInt16](repeating: 0, count: rows)
        let words = [UInt32](repeating: 0, count: rows)
        let times = [Int64](repeating: 0, count: rows)
        let counts = [UInt64](repeating: 0, count: rows)
        var block = FlowBlock()
        // What keeps the indices in range.
        block.addresses = [IPAddress(IPv4Address(rawValue: 0))]
        (block.stream, block.source, block.destination, block.mark) = (words, words, words, words)
        (block.status, block.direction, block.transport, block.tcpFlags, block.action) =
            (bytes, bytes, bytes, bytes, bytes)
        (block.sourcePort, block.destinationPort) = (ports, ports)
        (block.start, block.end) = (times, times)
        (block.packets, block.bytes) = (counts, counts)
        return block
    }
}
