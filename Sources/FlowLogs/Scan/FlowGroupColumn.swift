import Model

/// One field of a block's rows as small numbers: dictionary indices where there is a dictionary, so that each distinct
/// value is looked at once a block.
struct FlowGroupColumn {
    private let key: FlowGrouping.Key
    /// One a row, below `count`.
    let indices: [UInt32]
    let count: Int
    private let times: [Int64]

    init(_ key: FlowGrouping.Key, _ block: FlowBlock, bucketSeconds: Int64) {
        self.key = key
        var times: [Int64] = []
        switch key {
        case .source: (indices, count) = Self.traffic(block, block.source, block.addresses.count)
        case .destination: (indices, count) = Self.traffic(block, block.destination, block.addresses.count)
        case .sourcePort: (indices, count) = Self.traffic(block, block.sourcePort, 65536)
        case .destinationPort: (indices, count) = Self.traffic(block, block.destinationPort, 65536)
        case .transport: (indices, count) = Self.traffic(block, block.transport, 256)
        case .direction: (indices, count) = Self.traffic(block, block.direction, 256)
        case .action: (indices, count) = Self.traffic(block, block.action, 256)
        case .status: (indices, count) = (block.status.map { UInt32($0) }, 256)
        case .account, .flowLog, .networkInterface, .vpc, .subnet, .instance:
            (indices, count) = (block.stream, block.streams.count)
        case .time:
            (indices, times) = Self.buckets(block.end, bucketSeconds)
            count = times.count
        }
        self.times = times
    }

    /// Rows without traffic get the index after the last.
    private static func traffic<T: FixedWidthInteger>(
        _ block: FlowBlock, _ column: [T], _ count: Int
    ) -> ([UInt32], Int) {
        let absent = UInt32(count)
        let indices = [UInt32](unsafeUninitializedCapacity: block.count) { rows, made in
            column.withUnsafeBufferPointer { column in
                block.status.withUnsafeBufferPointer { status in
                    for row in 0..<min(column.count, status.count) {
                        rows[row] =
                            status[row] == FlowLogStatus.ok.rawValue ? UInt32(truncatingIfNeeded: column[row]) : absent
                    }
                }
            }
            made = min(column.count, block.status.count)
        }
        return (indices, count + 1)
    }

    /// Starts of the buckets that hold the windows' last seconds.
    private static func buckets(_ ends: [Int64], _ seconds: Int64) -> ([UInt32], [Int64]) {
        var places: [Int64: UInt32] = [:]
        var starts: [Int64] = []
        var last: (end: Int64, index: UInt32)?
        let indices = ends.map { end -> UInt32 in
            if let last, last.end == end { return last.index }
            let start = (end - 1) - (end - 1) % seconds
            let index = places[start] ?? UInt32(starts.count)
            if index == starts.count {
                places[start] = index
                starts.append(start)
            }
            last = (end, index)
            return index
        }
        return (indices, starts)
    }

    /// What an index stands for.
    func value(at index: UInt32, _ block: FlowBlock) -> FlowGroups.Value {
        let index = Int(index)
        func name(_ text: String?) -> FlowGroups.Value { text.map { .text($0) } ?? .none }
        switch key {
        case .source, .destination: return index < block.addresses.count ? .address(block.addresses[index]) : .none
        case .sourcePort, .destinationPort: return index < 65536 ? .number(UInt64(index)) : .none
        case .transport, .direction, .action: return index < 256 ? .number(UInt64(index)) : .none
        case .status: return .number(UInt64(index))
        case .account: return name(block.streams[index].accountID)
        case .flowLog: return name(block.streams[index][.flowLog])
        case .networkInterface: return name(block.streams[index][.networkInterface])
        case .vpc: return name(block.streams[index][.vpc])
        case .subnet: return name(block.streams[index][.subnet])
        case .instance: return name(block.streams[index][.instance])
        case .time: return .number(UInt64(clamping: times[index]))
        }
    }
}

extension FlowGrouping.Key {
    var column: FlowColumns {
        switch self {
        case .source: .source
        case .destination: .destination
        case .sourcePort: .sourcePort
        case .destinationPort: .destinationPort
        case .transport: .transport
        case .direction: .direction
        case .action: .action
        case .time: .end
        case .status, .account, .flowLog, .networkInterface, .vpc, .subnet, .instance: []
        }
    }
}
